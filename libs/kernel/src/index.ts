export { type Clock, DAY, HOUR, ManualClock, MINUTE, SECOND, systemClock } from './clock.ts';
export { AppError, type AppErrorDetails, messageOf } from './app-error.ts';
export { durationMs } from './duration.ts';
export { idsFrom, type NewId, sha256, sha256Of } from './ids.ts';
export { type Json, type JsonObject, stableJson } from './json.ts';
export { type Random, seededRandom } from './random.ts';
export { civilTime, clockIn, instantOf, isZone, nextClockChange, whenClocksReach } from './time.ts';
