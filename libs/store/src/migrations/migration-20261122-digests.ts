import { Migration } from '@mikro-orm/migrations';

/** Digests of events, what was decided in one text, and the ranges of leads of a run that looks at everyone. */
export class Migration20261122Digests extends Migration {
  override up(): void {
    this.addSql(`create table "fact_state" ("lead" uuid not null, "plan" text not null, "digest" text not null, "upto" bigint null, primary key ("lead", "plan"))`);
    this.addSql(`create table "run_part" ("run" uuid not null, "n" int not null, "first" uuid not null, "last" uuid not null, "leads" int not null, primary key ("run", "n"))`);
    this.addSql(`alter table "active_rulebook" add column "plan" text null`);
    this.addSql(`alter table "run" add column "started_at" timestamptz(3) null`);
    this.addSql(`alter table "lead_state" add column "answers" text null`);
    this.addSql(`
      update "lead_state" set "answers" = json_build_array(
        coalesce((select json_object_agg(model, json_build_array(milli, grade)) from score where score.lead = lead_state.lead), '{}'),
        coalesce((select json_object_agg(segment, (extract(epoch from since) * 1000)::bigint) from membership where membership.lead = lead_state.lead), '{}'))
      where "evaluated_at" is not null`);
  }
}
