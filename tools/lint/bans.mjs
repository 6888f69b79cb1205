/**
 * What may not be written where, each with what to write instead. ESLint replaces a rule's options rather than
 * merging them, so the lists are composed in eslint.config.mjs, one list per kind of file.
 */

/** @typedef {{ regex: string, message: string, importNames?: string[] }} ImportBan */
/** @typedef {{ selector: string, message: string }} SyntaxBan */
/** @typedef {{ name: string, message: string }} GlobalBan */

/** @type {ImportBan} */
export const NEST = {
  regex: '^@nestjs/',
  message: 'Only apps/core knows Nest. Export a function or a plain class here, and provide it in apps/core.',
};

/** @type {ImportBan} */
export const DATABASE = {
  regex: '^(@mikro-orm|@electric-sql)/|^(pg|pg-[^/]+|kysely|knex)($|/)',
  message: 'Only libs/store knows the database. Add a query function to libs/store, and call it from flows or the core.',
};

/** @type {ImportBan} */
export const VENDORS = {
  regex: '^(@sendgrid/|(twilio|nodemailer)($|/))',
  message: 'A vendor is known to its connector alone. Hand the message to the connector through @tendril/connector-kit.',
};

/** @type {ImportBan} */
export const INSIDES = {
  regex: '^@tendril/[^/]+/(src|dist)(/|$)',
  message: 'A package is known by what its src/index.ts exports. Import "@tendril/<name>", and export there what is missing.',
};

/** @type {ImportBan} */
export const TESTING = {
  regex: '^@tendril/[^/]+/(testing|conformance)$',
  message: 'This is for tests. Source that needs it has a test switch in it: pass what differs as an argument.',
};

/** @type {ImportBan} */
export const WORLD = {
  regex:
    '^(node:)?(fs|fs/promises|child_process|cluster|dgram|dns|dns/promises|http|http2|https|inspector|net|os|process|readline|' +
    'readline/promises|repl|sqlite|timers|timers/promises|tls|worker_threads)$|^(undici|axios|got|ky|node-fetch)($|/)',
  message: 'A pure room reads no file, opens no socket and asks no system. Take the data as an argument; flows or the core fetch it.',
};

/** @type {ImportBan} */
export const CHANCE = {
  regex: '^(node:)?crypto$',
  importNames: ['randomBytes', 'randomFillSync', 'randomInt', 'randomUUID', 'webcrypto'],
  message: 'A pure room answers the same twice. Take a Random or a NewId (@tendril/kernel) as an argument.',
};

/** @type {ImportBan} */
export const NETWORK = {
  regex:
    '^(node:)?(child_process|cluster|dgram|dns|dns/promises|http|http2|https|net|timers|timers/promises|tls|worker_threads)$|' +
    '^(undici|axios|got|ky|node-fetch)($|/)',
  message: 'Use the http that deliver() receives: hosts, rates, retries and redaction hold there and nowhere else.',
};

/** @type {ImportBan} */
export const SLEEP_MODULE = {
  regex: '^(node:)?timers(/promises)?$',
  message: 'A test that waits is slow or wrong. Move a ManualClock, or await the event itself.',
};

const OWN_CLOCK = 'Take a Clock (@tendril/kernel), or the moment itself, as an argument. Only kernel/src/clock.ts reads the wall clock.';

/** @type {SyntaxBan[]} */
export const WALL_CLOCK = [
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: OWN_CLOCK },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: OWN_CLOCK },
  { selector: 'CallExpression[callee.name="Date"]', message: OWN_CLOCK },
  { selector: 'MemberExpression[object.name="Temporal"][property.name="Now"]', message: OWN_CLOCK },
];

/** @type {SyntaxBan[]} */
export const LOOSE_CHANCE = [
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Take a Random (seededRandom of @tendril/kernel) as an argument, so that a run can be repeated.',
  },
];

/** @type {SyntaxBan[]} */
export const SLEEP = [
  {
    selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/], CallExpression[callee.property.name=/^set(Timeout|Interval)$/]',
    message: SLEEP_MODULE.message,
  },
];

const OWN_ERROR =
  'Throw AppError(code, message, { hint }) of @tendril/kernel (in a connector, the error of @tendril/connector-kit), or return the answer as a value.';

/** @type {SyntaxBan[]} */
export const PLAIN_ERROR = [
  { selector: 'ThrowStatement > NewExpression[callee.name=/^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/]', message: OWN_ERROR },
  { selector: 'ThrowStatement > CallExpression[callee.name=/^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/]', message: OWN_ERROR },
  {
    selector: 'CallExpression[callee.object.name="Promise"][callee.property.name="reject"] > NewExpression[callee.name=/^(Range|Type)?Error$/]',
    message: OWN_ERROR,
  },
];

/** @type {SyntaxBan[]} */
export const HOUSE = [
  {
    selector: 'ClassDeclaration[id.name=/(Service|Manager|Helper|Utils?|Impl)$/], TSInterfaceDeclaration[id.name=/(Service|Manager|Helper|Utils?|Impl)$/]',
    message: 'Name the thing by what it does in the words of the design: EvaluateLeads, not EvaluationService.',
  },
  {
    selector: 'ExportAllDeclaration',
    message: 'Name what is exported: a reader of src/index.ts should see the whole of what the package offers.',
  },
  {
    selector: 'ImportDeclaration[source.value=/^[.].*[.]js$/], ExportNamedDeclaration[source.value=/^[.].*[.]js$/]',
    message: 'Write the extension of the file that is there: ".ts". The build rewrites it.',
  },
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>5]',
    message: 'More than five constructor parameters: this class does several things. Split it, or pass one object of plain data.',
  },
];

/** @type {SyntaxBan[]} */
export const INDEX_FILES = [
  {
    selector: 'ImportDeclaration[source.value=/^[.]{1,2}\\u002F(.*\\u002F)?index[.]ts$/]',
    message: 'Import the file itself. One src/index.ts faces the other packages; going through it, or through one further in, makes import cycles.',
  },
];

const NOT_IN_PURE = 'is the outside world, which a pure room does not know. Take what you need as an argument.';

/** Globals that a pure room does without. */
export const PURE_GLOBALS = ['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto', 'globalThis', 'global'].map(
  (name) => ({ name, message: `"${name}" ${NOT_IN_PURE}` }),
);

/** Globals that a connector does without: the kit waits, retries, times out and configures in its place. */
export const CONNECTOR_GLOBALS = ['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket', 'globalThis', 'global'].map((name) => ({
  name,
  message: `A connector does not use "${name}". Settings, http and log come as arguments; the kit owns time and the network.`,
}));
