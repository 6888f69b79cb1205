import { DAY, HOUR, type Random } from '@tendril/kernel';
import { chance, weighted } from './draw.ts';

/** How likely people look at business software, by hour of the day (UTC). */
const HOURS: Readonly<Record<string, number>> = {
  '6': 1, '7': 4, '8': 9, '9': 13, '10': 13, '11': 11, '12': 7, '13': 9, '14': 11, '15': 10, '16': 8, '17': 5, '18': 3, '19': 3, '20': 3, '21': 2,
};

/** Moves a time to a likely hour of its day, and three weekend days in four to a day of the week after. */
export function workingTime(random: Random, at: number): number {
  const midnight = Math.floor(at / DAY) * DAY;
  const weekday = new Date(midnight).getUTCDay();
  const weekend = weekday === 0 || weekday === 6;
  const day = weekend && chance(random, 0.75) ? midnight + (1 + Math.floor(random() * 4)) * DAY + (weekday === 6 ? DAY : 0) : midnight;
  return day + Number(weighted(random, HOURS)) * HOUR + Math.floor(random() * HOUR);
}
