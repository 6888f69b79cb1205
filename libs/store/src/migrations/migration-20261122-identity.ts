import { Migration } from '@mikro-orm/migrations';

/** Leads that are part of others, how that came about, and what is told about accounts alone. */
export class Migration20261122Identity extends Migration {
  override up(): void {
    this.addSql(`create table "account_change" ("seq" bigserial primary key, "domain" text not null, "attributes" jsonb not null, "received_at" timestamptz(3) not null, "by" text not null)`);
    this.addSql(`create index "account_change_domain_index" on "account_change" ("domain")`);
    this.addSql(`create table "lead_merge" ("seq" bigserial primary key, "lead" uuid not null, "into_lead" uuid not null, "at" timestamptz(3) not null, "source" text null, "key" text null, "by" text null, "reason" text null, "undone_at" timestamptz(3) null, "undone_by" text null, "undone_reason" text null)`);
    this.addSql(`create index "lead_merge_lead_index" on "lead_merge" ("lead")`);
    this.addSql(`create index "lead_merge_into_lead_index" on "lead_merge" ("into_lead")`);
    this.addSql(`alter table "lead" add column "merged_into" uuid null`);
    this.addSql(`create index "lead_merged_into" on "lead" ("merged_into") where merged_into is not null`);
  }
}
