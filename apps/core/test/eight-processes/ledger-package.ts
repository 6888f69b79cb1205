import { registerHooks } from 'node:module';

/** Preloaded into the cores under test: makes the ledger connector beside this file a package, as if it were installed. */
registerHooks({
  resolve: (name, context, next) => next(name === 'tendril-connector-ledger' ? import.meta.resolve('./ledger-connector.ts') : name, context),
});
