/** What a schema cannot say: names that must exist, or exist once, and addresses and templates that must be some. */
import { isIP } from 'node:net';
import { subjectRule } from '../../crypto/index.ts';
import { compileRoutes } from '../../relay/index.ts';
import { parseBackendUrl } from './backend-url.ts';
import { type ConfigProblem, didYouMean, displayValue, pointerOf } from './problem.ts';
import type { Settings } from './schema.ts';

/**
 * Everything wrong between the keys of `settings`. `sound` tells whether the schema allows the value of a top-level
 * key: a check runs only when it does for all keys that the check reads.
 */
export function crossProblems(settings: Settings, sound: (key: keyof Settings) => boolean): ConfigProblem[] {
  return CHECKS.flatMap(({ reads, check }) => (reads.every(sound) ? check(settings) : []));
}

function addressProblems({ listeners, admin }: Settings): ConfigProblem[] {
  const hint = 'a literal such as 0.0.0.0, 127.0.0.1, :: or ::1';
  const noAddress = (pointer: string, address: string): ConfigProblem[] =>
    isIP(address) === 0
      ? [{ pointer, message: 'is not an IP address', value: displayValue(address), hint }]
      : [];
  const seen = new Set<string>();
  const twice = listeners.flatMap(({ address, port }, index) => {
    const key = `${address}|${port}`;
    if (port === 0 || !seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ pointer: `/listeners/${index}`, message: `listens on ${address} port ${port} a second time` }];
  });
  return [
    ...listeners.flatMap(({ address }, index) => noAddress(`/listeners/${index}/address`, address)),
    ...twice,
    ...noAddress('/admin/address', admin.address),
  ];
}

function backendProblems({ backends }: Settings): ConfigProblem[] {
  return Object.entries(backends).flatMap(([name, { url, psk, rpk, x509 }]) => {
    const pointer = pointerOf(['backends', name, 'url']);
    const parsed = parseBackendUrl(url);
    const shown = [psk, rpk, x509].filter((each) => each !== undefined).length;
    if (parsed !== undefined) {
      if (shown === (parsed.secure ? 1 : 0)) return [];
      const message = parsed.secure
        ? 'needs exactly one of psk, rpk and x509'
        : 'is in the clear: psk, rpk and x509 belong to coaps://';
      return [{ pointer, message, value: displayValue(url) }];
    }
    const hint = 'write coap://HOST:PORT or coaps://HOST:PORT, without path: the path comes from the route';
    return [{ pointer, message: 'is not the address of a CoAP backend', value: displayValue(url), hint }];
  });
}

function routeProblems({ routes, backends }: Settings): ConfigProblem[] {
  const known = Object.keys(backends);
  const named = routes.flatMap(({ name, backend }, index): ConfigProblem[] => {
    const first = routes.findIndex((route) => route.name === name);
    const twice = { pointer: `/routes/${index}/name`, message: `is the name of routes/${first} already` };
    const unknown = {
      pointer: `/routes/${index}/backend`,
      message: 'names no backend',
      value: displayValue(backend),
      hint: didYouMean(backend, known),
    };
    return [
      ...(first < index ? [{ ...twice, value: displayValue(name) }] : []),
      ...(known.includes(backend) ? [] : [unknown]),
    ];
  });
  // Of routes with one name the first is looked at: the compiler names routes by their names.
  const compiled = compileRoutes(
    routes.filter(({ name }, index) => routes.findIndex((route) => route.name === name) === index),
  );
  if (!Array.isArray(compiled)) return named;
  const templates = compiled.map(({ route, problem }): ConfigProblem => {
    const index = routes.findIndex(({ name }) => name === route);
    return { pointer: `/routes/${index}`, message: problem };
  });
  return [...named, ...templates];
}

function rightProblems({ rights, routes }: Settings): ConfigProblem[] {
  const known = routes.map(({ name }) => name);
  return rights.flatMap((right, index) =>
    right.routes.flatMap((route, position) => {
      if (route === '*' || known.includes(route)) return [];
      const pointer = `/rights/${index}/routes/${position}`;
      const hint = didYouMean(route, known);
      return [{ pointer, message: 'names no route', value: displayValue(route), hint }];
    }),
  );
}

function subjectRuleProblems({ dtls }: Settings): ConfigProblem[] {
  const known = dtls.trust_anchors;
  return dtls.subject_rules.flatMap(({ trust_anchor: anchor, ...source }, index): ConfigProblem[] => {
    const pointer = `/dtls/subject_rules/${index}`;
    const value = displayValue(anchor);
    const hint = didYouMean(anchor, known);
    const rule = subjectRule(source);
    return [
      ...(known.includes(anchor)
        ? []
        : [{ pointer: `${pointer}/trust_anchor`, message: 'is not among trust_anchors', value, hint }]),
      ...(rule.kind === 'problem' ? [subjectRuleProblem(pointer, source, rule.problem)] : []),
    ];
  });
}

/** `problem` begins with the member that it is about, or is about the rule as a whole. */
function subjectRuleProblem(
  pointer: string,
  source: Readonly<Record<string, string>>,
  problem: string,
): ConfigProblem {
  const [, member, message] = /^(cn|san|template): (.*)$/s.exec(problem) ?? [];
  const hint = 'for instance cn: lock-{id} with template: lock-{id}';
  if (member === undefined || message === undefined) return { pointer, message: problem, hint };
  return { pointer: `${pointer}/${member}`, message, value: displayValue(source[member]), hint };
}

const CHECKS: readonly {
  readonly reads: readonly (keyof Settings)[];
  readonly check: (settings: Settings) => ConfigProblem[];
}[] = [
  { reads: ['listeners', 'admin'], check: addressProblems },
  { reads: ['backends'], check: backendProblems },
  { reads: ['routes', 'backends'], check: routeProblems },
  { reads: ['rights', 'routes'], check: rightProblems },
  { reads: ['dtls'], check: subjectRuleProblems },
];
