import { Migration } from '@mikro-orm/migrations';

/** Rollbacks in the history of rulebooks, the rulebook that gated a touchpoint, and what drafts answer in shadow. */
export class Migration20261122Activation extends Migration {
  override up(): void {
    this.addSql(`alter table "active_rulebook" add column "reason" text null, add column "returned_to" bigint null`);
    this.addSql(`alter table "touchpoint" add column "gated_rulebook" text null`);
    this.addSql(`create table "draft" ("rule" text not null, "since" timestamptz(3) not null, primary key ("rule"))`);
    this.addSql(`create table "shadow_answer" ("lead" uuid not null, "rule" text not null, "milli" int null, "grade" text null, "since" timestamptz(3) not null, primary key ("lead", "rule"))`);
    this.addSql(`create index "shadow_answer_rule_lead_index" on "shadow_answer" ("rule", "lead")`);
    this.addSql(`create table "shadow_due" ("seq" bigserial primary key, "lead" uuid not null, "at" timestamptz(3) not null)`);
    this.addSql(`create index "shadow_due_lead_index" on "shadow_due" ("lead")`);
    this.addSql(`create index "shadow_due_at_index" on "shadow_due" ("at")`);
    this.addSql(`create table "shadow_touch" ("programme" text not null, "lead" uuid not null, "entry" int not null, "step" text not null, "visit" int not null, "version" int not null, "channel" text not null, "content" text not null, "planned_at" timestamptz(3) not null, "rulebook" text not null, primary key ("programme", "lead", "entry", "step", "visit"))`);
    this.addSql(`create index "shadow_touch_lead_index" on "shadow_touch" ("lead")`);
  }
}
