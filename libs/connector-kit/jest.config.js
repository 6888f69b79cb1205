import preset from '../../jest.preset.js';

/** Only the conformance suite runs under Jest; everything else of the kit is tested with Vitest. */
export default { ...preset, displayName: 'connector-kit', testMatch: ['<rootDir>/test/**/*.jest.ts'] };
