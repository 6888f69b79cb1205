import { Migration } from '@mikro-orm/migrations';

/** The first schema. Generated from the entities; a test compares the two. */
export class Migration20261121First extends Migration {
  override up(): void {
    this.addSql(`create table "account" ("id" uuid not null, "domain" text not null, "attributes" jsonb not null default '{}', primary key ("id"))`);
    this.addSql(`alter table "account" add constraint "account_domain_unique" unique ("domain")`);
    this.addSql(`create table "active_rulebook" ("seq" bigserial primary key, "rulebook" text not null, "since" timestamptz(3) not null, "by" text not null)`);
    this.addSql(`create table "address" ("lead" uuid not null, "channel" text not null, "value" text not null, "hash" text not null, "at" timestamptz(3) not null, primary key ("lead", "channel"))`);
    this.addSql(`create index "address_hash_index" on "address" ("hash")`);
    this.addSql(`create table "api_key" ("id" text not null, "hash" text not null, "name" text not null, "scopes" jsonb not null, "created_at" timestamptz(3) not null, "revoked_at" timestamptz(3) null, primary key ("id"))`);
    this.addSql(`create table "campaign" ("id" text not null, "title" text not null, "definition" jsonb not null, "status" text not null, "created_at" timestamptz(3) not null, "by" text not null, primary key ("id"))`);
    this.addSql(`create table "consent" ("seq" bigserial primary key, "lead" uuid not null, "channel" text not null, "topic" text not null, "state" text not null, "basis" text not null, "wording" text not null, "evidence" text not null, "source" text not null, "at" timestamptz(3) not null)`);
    this.addSql(`create index "consent_lead_channel_topic_seq_index" on "consent" ("lead", "channel", "topic", "seq")`);
    this.addSql(`create table "due" ("seq" bigserial primary key, "lead" uuid not null, "cause" text not null)`);
    this.addSql(`create index "due_lead_index" on "due" ("lead")`);
    this.addSql(`create table "enrolment" ("programme" text not null, "lead" uuid not null, "entry" int not null, "version" int not null, "at" timestamptz(3) not null, primary key ("programme", "lead", "entry"))`);
    this.addSql(`create index "enrolment_lead_index" on "enrolment" ("lead")`);
    this.addSql(`create table "event" ("seq" bigserial primary key, "lead" uuid not null, "source" text not null, "key" text not null, "type" text not null, "occurred_at" timestamptz(3) not null, "received_at" timestamptz(3) not null, "properties" jsonb not null)`);
    this.addSql(`create index "event_lead_type_occurred_at_index" on "event" ("lead", "type", "occurred_at")`);
    this.addSql(`alter table "event" add constraint "event_source_key_unique" unique ("source", "key")`);
    this.addSql(`create table "idempotency" ("key" text not null, "body_hash" text not null, "status" int null, "answer" jsonb null, "at" timestamptz(3) not null, primary key ("key"))`);
    this.addSql(`create table "identity" ("kind" text not null, "value" text not null, "lead" uuid not null, "at" timestamptz(3) not null, primary key ("kind", "value"))`);
    this.addSql(`create index "identity_lead_index" on "identity" ("lead")`);
    this.addSql(`create table "import_batch" ("run" uuid not null, "n" int not null, "rows" jsonb not null, primary key ("run", "n"))`);
    this.addSql(`create table "import_reject" ("run" uuid not null, "line" int not null, "reason" text not null, primary key ("run", "line"))`);
    this.addSql(`create table "inbox" ("connector" text not null, "id" text not null, "received_at" timestamptz(3) not null, primary key ("connector", "id"))`);
    this.addSql(`create table "lead" ("id" uuid not null, "account" uuid null, "attributes" jsonb not null default '{}', "attributes_at" timestamptz(3) null, "zone" text null, "created_at" timestamptz(3) not null, "erased_at" timestamptz(3) null, primary key ("id"))`);
    this.addSql(`create index "lead_account_index" on "lead" ("account")`);
    this.addSql(`create table "lead_state" ("lead" uuid not null, "rulebook" text null, "evaluated_at" timestamptz(3) null, "next_at" timestamptz(3) null, "stage" text null, "stage_since" timestamptz(3) null, primary key ("lead"))`);
    this.addSql(`create index "lead_state_next_at" on "lead_state" ("next_at") where next_at is not null`);
    this.addSql(`create index "lead_state_stage_index" on "lead_state" ("stage")`);
    this.addSql(`create table "membership" ("lead" uuid not null, "segment" text not null, "since" timestamptz(3) not null, primary key ("lead", "segment"))`);
    this.addSql(`create index "membership_segment_lead_index" on "membership" ("segment", "lead")`);
    this.addSql(`create table "rulebook" ("hash" text not null, "git_revision" text null, "files" jsonb not null, "created_at" timestamptz(3) not null, primary key ("hash"))`);
    this.addSql(`create table "run" ("id" uuid not null, "kind" text not null, "title" text not null, "state" text not null, "input" jsonb not null, "cursor" int not null default 0, "done" int not null default 0, "total" int not null default 0, "counts" jsonb not null default '{}', "message" text null, "lease_until" timestamptz(3) null, "fence" int not null default 0, "created_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, primary key ("id"))`);
    this.addSql(`create index "run_open" on "run" ("created_at") where state in ('waiting', 'running')`);
    this.addSql(`create table "score" ("lead" uuid not null, "model" text not null, "milli" int not null, "grade" text null, primary key ("lead", "model"))`);
    this.addSql(`create table "setting" ("name" text not null, "value" jsonb not null, "at" timestamptz(3) not null, primary key ("name"))`);
    this.addSql(`create table "suppression" ("channel" text not null, "hash" text not null, "reason" text not null, "at" timestamptz(3) not null, primary key ("channel", "hash"))`);
    this.addSql(`create table "touchpoint" ("id" text not null, "lead" uuid not null, "programme" text not null, "version" int not null, "entry" int not null, "step" text not null, "visit" int not null, "channel" text not null, "content" text not null, "state" text not null, "reason" text null, "planned_at" timestamptz(3) not null, "due_at" timestamptz(3) not null, "expires_at" timestamptz(3) null, "lease_until" timestamptz(3) null, "fence" int not null default 0, "attempt" int not null default 0, "connector" text null, "address_hash" text null, "vendor_ref" text null, "consent" text null, "rulebook" text not null, "because" jsonb not null, "answers" jsonb null, "sent_at" timestamptz(3) null, "delivered_at" timestamptz(3) null, "opened_at" timestamptz(3) null, "clicked_at" timestamptz(3) null, "replied_at" timestamptz(3) null, "bounced_at" timestamptz(3) null, "complained_at" timestamptz(3) null, primary key ("id"))`);
    this.addSql(`create index "touchpoint_due" on "touchpoint" ("due_at") where state in ('planned', 'held')`);
    this.addSql(`create index "touchpoint_lease" on "touchpoint" ("lease_until") where state in ('claimed', 'sending')`);
    this.addSql(`create index "touchpoint_vendor_ref" on "touchpoint" ("connector", "vendor_ref") where vendor_ref is not null`);
    this.addSql(`create index "touchpoint_lead_planned_at_index" on "touchpoint" ("lead", "planned_at")`);
    this.addSql(`create index "touchpoint_planned_at_id_index" on "touchpoint" ("planned_at", "id")`);
    this.addSql(`alter table "touchpoint" add constraint "touchpoint_programme_lead_entry_step_visit_unique" unique ("programme", "lead", "entry", "step", "visit")`);
    this.addSql(`create table "transition" ("seq" bigserial primary key, "lead" uuid not null, "kind" text not null, "subject" text not null, "from_value" text null, "to_value" text null, "at" timestamptz(3) not null, "rulebook" text not null, "cause" text not null)`);
    this.addSql(`create index "transition_lead_seq_index" on "transition" ("lead", "seq")`);
  }
}
