/** The import table of docs/how-it-works.md, enforced. Each rule is one row: who, and what it may never import. */
const domain = '^shared/(numeric|metrics|features|detectors|forecasters|evaluation|models|alerting)/';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'A cycle means that two files are one. Types are erased: a contract may stand beside the story that uses its parts.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'no-orphans',
      'A file nobody imports is dead.',
      {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '^test/',
          '^bench/',
          '^bin/',
          '^lambdas/[^/]+/index\\.ts$',
          '^lib/index\\.ts$',
          // Compiled by `npm run kernels`, and imported as what it compiles to.
          '^shared/numeric/wasm/assembly/',
          // Taken by the bundler, in place of the SDK's own.
          '^shared/adapters/aws/lambda-credentials\\.ts$',
          '^shared/adapters/http/platform-url\\.ts$',
          // Built into the package, in place of the ones that need sources.
          '^shared/adapters/local/packaged-rasteriser\\.ts$',
          '^lib/parts/prebuilt-function-code\\.ts$',
        ],
      },
      {},
    ),
    rule(
      'lib-is-infrastructure',
      'lib/ meets the code only through settings and keys.',
      { path: '^lib/' },
      { path: '^(shared/(?!settings/)|lambdas/|bin/)' },
    ),
    rule(
      'handlers-translate',
      'A handler knows the pipeline, never an adapter or an SDK.',
      { path: '^lambdas/[^/]+/handler\\.ts$' },
      { path: '^(shared/adapters/|lib/|bin/|node_modules/@aws-sdk/)' },
    ),
    rule(
      'lambdas-stand-alone',
      'No function imports another.',
      { path: '^lambdas/([^/]+)/' },
      { path: '^lambdas/', pathNot: '^lambdas/$1/' },
    ),
    rule(
      'entry-points-know-no-infrastructure',
      'The command line and the functions run without the CDK.',
      { path: '^(lambdas/[^/]+/index\\.ts|bin/aiops\\.ts)$' },
      { path: '^(lib/|node_modules/(aws-cdk-lib|constructs)/)' },
    ),
    rule(
      'app-is-infrastructure',
      'bin/app.ts composes the stack and nothing else.',
      { path: '^bin/app\\.ts$' },
      { path: '^(shared/(?!settings/)|lambdas/)' },
    ),
    rule(
      'settings-are-shared',
      'Settings are read at synth and at run time: they know nothing else.',
      { path: '^shared/settings/' },
      { path: '^(shared/(?!settings/|numeric/|metrics/)|lib/|lambdas/|bin/)' },
    ),
    rule(
      'ports-speak-domain',
      'A port is a sentence about need.',
      { path: '^shared/ports/' },
      { path: '^(shared/(pipeline|presentation|adapters|settings)/|lib/|lambdas/|bin/|node_modules/@aws-sdk/)' },
    ),
    rule(
      'pipeline-is-pure',
      'The story knows ports, never adapters.',
      { path: '^shared/pipeline/' },
      { path: '^(shared/(adapters|presentation)/|lib/|lambdas/|bin/|node_modules/@aws-sdk/)' },
    ),
    rule(
      'pipeline-does-no-io',
      'What the pipeline needs of the platform comes through ports.',
      {
        path: '^shared/(pipeline|numeric|metrics|features|detectors|forecasters|evaluation|models|alerting|settings)/',
      },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'domain-needs-no-ports',
      'Only history, the inventory and the registry are stored.',
      { path: domain, pathNot: '^shared/(models/(registry|stored-artefact)|metrics/(history|inventory)[a-z-]*)\\.ts$' },
      { path: '^shared/(ports|pipeline|adapters|presentation|settings)/' },
    ),
    rule(
      'stored-domain-needs-only-ports',
      'History, inventory and registry know ports and keys.',
      { path: '^shared/(models/(registry|stored-artefact)|metrics/(history|inventory)[a-z-]*)\\.ts$' },
      { path: '^shared/(pipeline|adapters|presentation)/' },
    ),
    rule(
      'numeric-is-first',
      'numeric < metrics < features < detectors, forecasters < evaluation.',
      { path: '^shared/numeric/' },
      { path: '^shared/(?!numeric/)' },
    ),
    rule(
      'metrics-come-second',
      'numeric < metrics < features < detectors, forecasters < evaluation.',
      { path: '^shared/metrics/' },
      { path: '^shared/(features|detectors|forecasters|evaluation|alerting)/' },
    ),
    rule(
      'features-come-third',
      'numeric < metrics < features < detectors, forecasters < evaluation.',
      { path: '^shared/features/' },
      { path: '^shared/(detectors|forecasters|evaluation|models|alerting)/' },
    ),
    rule(
      'detectors-come-fourth',
      'numeric < metrics < features < detectors, forecasters < evaluation.',
      { path: '^shared/detectors/' },
      { path: '^shared/(forecasters|evaluation|models|alerting)/' },
    ),
    rule(
      'alerting-knows-no-mathematics',
      'Alerting speaks of metrics, never of models.',
      { path: '^shared/alerting/' },
      { path: '^shared/(features|detectors|forecasters|evaluation|models)/' },
    ),
    rule(
      'presentation-draws',
      'Presentation draws domain values.',
      { path: '^shared/presentation/' },
      { path: '^shared/(ports|adapters|pipeline|settings)/' },
    ),
    rule(
      'adapters-stand-alone',
      'An adapter knows ports and its own provider.',
      { path: '^shared/adapters/([^/]+)/' },
      { path: '^shared/(pipeline/|adapters/(?!$1/))' },
    ),
    rule(
      'sdk-lives-in-aws',
      'The AWS SDK is named in one folder.',
      { path: '^(shared|lambdas|bin|lib)/', pathNot: '^shared/adapters/aws/' },
      { path: 'node_modules/@aws-sdk/' },
    ),
    rule(
      'nobody-imports-tests',
      'Tests and benches are never imported.',
      { path: '^(bin|lib|lambdas|shared)/' },
      { path: '^(test|bench)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
