import { Migration } from '@mikro-orm/migrations';

/** Keys for the pages of a site, bound to one source and some origins. */
export class Migration20261122BrowserKeys extends Migration {
  override up(): void {
    this.addSql(`alter table "api_key" add column "browser" jsonb null`);
  }
}
