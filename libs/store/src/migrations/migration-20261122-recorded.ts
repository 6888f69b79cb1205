import { Migration } from '@mikro-orm/migrations';

/** What is needed to rebuild a lead as it was recorded at any time: when consent was heard of, and the account that an event named. */
export class Migration20261122Recorded extends Migration {
  override up(): void {
    this.addSql(`alter table "consent" add column "recorded_at" timestamptz(3) null`);
    this.addSql(`update "consent" set "recorded_at" = "at"`);
    this.addSql(`alter table "consent" alter column "recorded_at" set not null`);
    this.addSql(`alter table "event" add column "account" text null`);
    this.addSql(`create index "event_account" on "event" ("account") where account is not null`);
  }
}
