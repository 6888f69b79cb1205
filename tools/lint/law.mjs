/**
 * The one law: the folders read as the path of the data, and a stage imports only stages to its left.
 *
 *     events → rulebook → decisions → programmes → touchpoints → connector-kit
 *
 * Feedback comes back as an event, never as an import. The connector contract is what both ends share, so the kit
 * imports no room, and of the rooms only flows imports the kit.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const LAW = {
  kernel: [],
  events: ['kernel'],
  rulebook: ['kernel', 'events'],
  decisions: ['kernel', 'events', 'rulebook'],
  programmes: ['kernel', 'events', 'rulebook', 'decisions'],
  touchpoints: ['kernel', 'events', 'rulebook', 'decisions', 'programmes'],
  content: ['kernel', 'events', 'rulebook'],
  measure: ['kernel'],
  plan: ['kernel', 'events', 'rulebook', 'decisions', 'programmes', 'touchpoints', 'content', 'measure'],
  'connector-kit': [],
  store: ['kernel', 'events', 'rulebook', 'decisions', 'programmes', 'touchpoints'],
  flows: [
    ...['kernel', 'events', 'rulebook', 'decisions', 'programmes', 'touchpoints', 'content', 'measure'],
    ...['plan', 'store', 'connector-kit'],
  ],
};

/** Rooms of plain functions: no Nest, no database, no clock, no files, no network. Whoever calls them brings those. */
export const PURE_ROOMS = ['kernel', 'events', 'rulebook', 'decisions', 'programmes', 'touchpoints', 'content', 'measure', 'plan'];

/** Connectors see the contract and nothing of the core, so that one written elsewhere can do all that ours can. */
export const CONNECTORS_MAY_IMPORT = ['connector-kit'];

/** The command line works on files through the pure rooms; everything else it asks of a running core. */
export const TOOLS_MAY_IMPORT = PURE_ROOMS;

/** The bench measures the flows themselves, in its own process: it may import every room, and brings its own databases. */
export const HARNESS_MAY_IMPORT = Object.keys(LAW);

/** @param {readonly string[]} rooms */
const tags = (rooms) => rooms.map((room) => `room:${room}`);

/** The law in the words of `@nx/enforce-module-boundaries`; the tags stand in each package.json under `nx.tags`. */
export const depConstraints = [
  ...Object.entries(LAW).map(([room, rooms]) => ({ sourceTag: `room:${room}`, onlyDependOnLibsWithTags: tags(rooms) })),
  { sourceTag: 'kind:connector', onlyDependOnLibsWithTags: tags(CONNECTORS_MAY_IMPORT) },
  { sourceTag: 'kind:tool', onlyDependOnLibsWithTags: tags(TOOLS_MAY_IMPORT) },
  { sourceTag: 'kind:harness', onlyDependOnLibsWithTags: tags(HARNESS_MAY_IMPORT) },
  { sourceTag: 'kind:app', onlyDependOnLibsWithTags: ['kind:room', 'kind:connector'] },
];
