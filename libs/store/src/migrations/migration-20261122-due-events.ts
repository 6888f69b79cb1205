import { Migration } from '@mikro-orm/migrations';

/** Which event a `due` or `shadow_due` row is about: an event stays out of the lead's digest as long as its row is there. */
export class Migration20261122DueEvents extends Migration {
  override up(): void {
    this.addSql(`alter table "due" add column "event" bigint null`);
    this.addSql(`alter table "shadow_due" add column "event" bigint null`);
  }
}
