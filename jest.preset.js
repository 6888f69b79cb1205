import nx from '@nx/jest/preset';

/**
 * Jest for connector projects: TypeScript as ES modules, on top of Nx's preset. Run with
 * NODE_OPTIONS=--experimental-vm-modules, without which Jest loads no ES modules.
 */
export default {
  ...nx.nxPreset,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@tendril/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2023' }, module: { type: 'es6' }, swcrc: false },
    ],
  },
};
