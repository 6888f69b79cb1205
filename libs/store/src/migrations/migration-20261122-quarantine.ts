import { Migration } from '@mikro-orm/migrations';

/** Events that the tracking plan does not know, kept aside until they are released. */
export class Migration20261122Quarantine extends Migration {
  override up(): void {
    this.addSql(`create table "quarantine" ("id" bigserial primary key, "source" text not null, "key" text not null, "at" timestamptz(3) not null, "body" jsonb not null, "code" text not null, "reason" text not null, "received_at" timestamptz(3) not null)`);
    this.addSql(`alter table "quarantine" add constraint "quarantine_source_key_unique" unique ("source", "key")`);
  }
}
