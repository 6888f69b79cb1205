import { Migration } from '@mikro-orm/migrations';

/** What operators look at, and what remains of deleted events. */
export class Migration20261122Operations extends Migration {
  override up(): void {
    this.addSql(`create index "touchpoint_unknown" on "touchpoint" ("sent_at") where state = 'unknown'`);
    this.addSql(`create table "gone_events" ("lead" uuid not null, "older" text not null, primary key ("lead"))`);
  }
}
