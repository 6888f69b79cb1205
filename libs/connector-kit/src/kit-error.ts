/** Something that a person must mend about a connector or its configuration. The kit imports no other room, hence its own. */
export class KitError extends Error {
  override readonly name: string = 'KitError';

  constructor(
    /** Stable, kebab-case. */
    readonly code: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** A webhook that the vendor did not sign, or not lately. Answer 401 and believe nothing in it. */
export class SignatureError extends KitError {
  override readonly name = 'SignatureError';

  constructor(message: string) {
    super('signature', message);
  }
}

/** A request that got no usable answer. */
export class TransportError extends KitError {
  override readonly name = 'TransportError';

  constructor(
    code: 'forbidden' | 'unreachable' | 'timeout' | 'dropped' | 'too-large',
    message: string,
    /** False only when the vendor certainly never saw the request. */
    readonly reached: boolean,
    cause?: unknown,
  ) {
    super(code, message, cause);
  }
}

/** The sentence of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
