import { Migration } from '@mikro-orm/migrations';

/** Webhooks and what they are sent, and the chain of causes of a look at a lead. */
export class Migration20261122Webhooks extends Migration {
  override up(): void {
    this.addSql(`alter table "due" add column "after" jsonb null`);
    this.addSql(`create table "webhook" ("id" text not null, "url" text not null, "description" text not null, "kinds" jsonb not null, "only" jsonb null, "secrets" jsonb not null, "created_at" timestamptz(3) not null, "by" text not null, "disabled_at" timestamptz(3) null, "disabled_because" text null, "failures" int not null default 0, "failing_since" timestamptz(3) null, "last_success_at" timestamptz(3) null, "last_error" text null, "not_before" timestamptz(3) null, "lease_until" timestamptz(3) null, "fence" int not null default 0, primary key ("id"))`);
    this.addSql(`create table "webhook_delivery" ("seq" bigserial primary key, "webhook" text not null, "id" text not null, "type" text not null, "body" jsonb not null, "at" timestamptz(3) not null, "state" text not null, "attempts" int not null default 0, "due_at" timestamptz(3) not null, "tried_at" timestamptz(3) null, "status" int null, "error" text null)`);
    this.addSql(`create index "webhook_delivery_due" on "webhook_delivery" ("webhook", "due_at") where state = 'waiting'`);
    this.addSql(`create index "webhook_delivery_webhook_at_seq_index" on "webhook_delivery" ("webhook", "at", "seq")`);
    this.addSql(`create index "webhook_delivery_at_index" on "webhook_delivery" ("at")`);
    this.addSql(`alter table "webhook_delivery" add constraint "webhook_delivery_webhook_id_unique" unique ("webhook", "id")`);
  }
}
