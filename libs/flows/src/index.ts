export { activate, type Activated, type ActivationOrder, findRollback, rollBack, type Rollback } from './activate-rulebook.ts';
export { type Active, ActiveRulebook, compileRulebook } from './active-rulebook.ts';
export { type ConnectorHost, ConnectorSet, type InstalledConnector } from './connectors.ts';
export { dispatchAll, type Dispatched, dispatchTouchpoints, STOPPED } from './dispatch-touchpoints.ts';
export { type CampaignDefinition, type Evaluated } from './decide-about.ts';
export { EVERYONE, evaluateEveryone, evaluateRunPart, giveWay } from './evaluate-everyone.ts';
export { evaluateAll, evaluateDue, evaluateLeads } from './evaluate-leads.ts';
export { evaluateAllShadows } from './evaluate-shadows.ts';
export { drawBaseline, type DrawnBaseline } from './draw-baseline.ts';
export { type AsOf, type AsOfExplanation, explainAsOf } from './explain-as-of.ts';
export { hearFeedback, takeFeedback } from './hear-feedback.ts';
export { checkHeader, type HeaderProblem } from './import/check-header.ts';
export { ImportMap, parseImportMap } from './import/import-map.ts';
export { mapRow, type MappedRow } from './import/map-row.ts';
export { type CsvBatch, type CsvFile, type CsvRow, readCsv } from './import/read-csv.ts';
export { type Reject, toRejectsCsv } from './import/rejects.ts';
export { createImport, IMPORT, receiveCsv, workOnImports } from './import-leads.ts';
export { type IntakeResult, type Refusal, takeIn } from './intake.ts';
export { IntakeQueue } from './intake-queue.ts';
export { mergeLeads, type Merged, type MergeOrder, unmergeLead, type Unmerged, type UnmergeOrder } from './merge-leads.ts';
export { unsubscribe } from './opt-out.ts';
export { planRulebook } from './plan-rulebook.ts';
export { type Released, releaseQuarantined } from './quarantine.ts';
export { EVENTS_PER_LEAD, type PopulationRequest, readPopulation } from './read-population.ts';
export {
  createWebhook,
  replayWebhook,
  requireWebhook,
  rotateSecret,
  testWebhook,
  updateWebhook,
  type WebhookOrder,
} from './webhooks/manage-webhooks.ts';
export { forgetOldDeliveries, type PostWebhook, sendWebhooks } from './webhooks/send-webhooks.ts';
export { WEBHOOK_KINDS, type WebhookKind } from './webhooks/webhook-messages.ts';
export { type AccountOrder, type PutAccount, upsertAccount } from './upsert-account.ts';
export { type UpsertedLead, upsertLeads, type UpsertResult } from './upsert-leads.ts';
export { retainEvents } from './retain-events.ts';
export { ALIVE_EVERY, readRestored, reconcileRestored, sayAlive } from './restored.ts';
export type { World } from './world.ts';
