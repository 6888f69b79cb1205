export { systemResolve } from './allowed-host.ts';
export {
  CONTRACT,
  type ConnectorContext,
  type Delivery,
  type Feedback,
  type HookRequest,
  type Http,
  type HttpReply,
  type HttpRequest,
  type Log,
  type MessageConnector,
  type Obstacle,
  type Outcome,
  type Refusal,
} from './contract.ts';
export { defineConnector, secretSettings } from './define-connector.ts';
export { KitError, SignatureError, TransportError } from './kit-error.ts';
export { openConnector, type OpenConnector, type OpenOptions, type UnknownItem } from './open-connector.ts';
export { type OutsideOptions, type OutsidePost, outsideProblem, type OutsideReply, postOutside } from './post-outside.ts';
export { accepted, byStatus, rejected, retry, unknown } from './outcome.ts';
export { type Secret } from './settings.ts';
export { newWebhookSecret, signWebhook, type WebhookToSign } from './sign-webhook.ts';
export { assertFresh, sameText, verifyEcdsa, verifyHmac } from './signature.ts';
