import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { runKinds, runOutcomes, runStates } from '../../src/handler/run.ts';
import { buildOf, find, manifestsIn, root } from './kustomization.ts';
import { metrics, operationsPage, valuesOf } from './metrics-table.ts';
import { judge, nodeMetrics } from './query.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook: string;
  };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: {
    readonly h: number;
    readonly w: number;
    readonly x: number;
    readonly y: number;
  };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
    readonly datasource: { readonly uid: string };
  }[];
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly definition?: string;
    }[];
  };
  readonly panels: readonly Panel[];
}

const [rule] = manifestsIn('deploy/monitoring/alerts.yaml');
const alerts = (
  rule as unknown as { readonly spec: { readonly groups: readonly { rules: readonly Alert[] }[] } }
).spec.groups.flatMap(({ rules }) => rules);

const dashboardText = readFileSync(join(root, 'deploy/monitoring/dashboard.json'), 'utf8');
const dashboard = JSON.parse(dashboardText) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** The words in `{{…}}` of a template. */
function fieldsOf(template: string): readonly string[] {
  return [...template.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, name = '']) => name);
}

describe('The list of metrics', () => {
  it('is read completely', () => {
    const rows = operationsPage.split('\n').filter((line) => line.startsWith('| `argocd_handler_'));
    assert.equal(metrics.size, rows.length);
    assert.ok(metrics.size > 20);
  });

  it("has names that follow Prometheus' conventions", () => {
    for (const { name, type } of metrics.values()) {
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      if (type === 'histogram') assert.match(name, /_seconds$/);
    }
  });

  it('contains the kinds, states and outcomes that runs have', () => {
    assert.deepEqual(valuesOf('argocd_handler_runs', 'kind'), runKinds);
    assert.deepEqual(
      valuesOf('argocd_handler_runs', 'state'),
      runStates.filter((state) => state !== 'ended'),
    );
    assert.deepEqual(valuesOf('argocd_handler_runs_ended_total', 'outcome'), runOutcomes);
  });

  it('contains the Node metrics of prom-client', async () => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    const names = (await register.getMetricsAsJSON()).map(({ name }) => name);
    assert.deepEqual(
      nodeMetrics.filter((name) => !names.includes(name)),
      [],
    );
  });

  for (const [expr, fault] of [
    ['argocd_handler_run', /not in the list/],
    ['rate(argocd_handler_requests[5m])', /not in the list/],
    ['argocd_handler_requests_total', /counter/],
    ['rate(argocd_handler_runs[5m])', /counter/],
    ['rate(argocd_handler_request_seconds[5m])', /is a histogram/],
    ['argocd_handler_runs_bucket', /is a gauge/],
    ['argocd_handler_runs{argocd="prod"}', /has no argocd/],
    ['sum by (route) (argocd_handler_runs)', /the label route/],
    ['histogram_quantile(0.9, sum(rate(argocd_handler_request_seconds_bucket[5m])))', /no le/],
    ['process_resident_memory', /not in the list/],
    ['up == 0', /no metric/],
  ] as const) {
    it(`shows what is wrong with ${expr}`, () => {
      assert.match(judge(expr).faults.join('\n'), fault);
    });
  }
});

describe('The alerts', () => {
  it('have unique names', () => {
    const names = alerts.map(({ alert }) => alert);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 10);
  });

  it('each have a section in the operations page, in the same order', () => {
    const sections = [...operationsPage.matchAll(/^### (ArgoCDHandler\w+)$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(
      sections,
      alerts.map(({ alert }) => alert),
    );
  });

  for (const { alert, expr, labels, annotations, ...rest } of alerts) {
    it(`${alert} uses existing metrics and says what to do`, () => {
      const query = judge(expr);
      assert.deepEqual(query.faults, []);
      assert.match(alert, /^ArgoCDHandler[A-Z]\w+$/);
      assert.match(labels.severity, /^(critical|warning)$/);
      assert.ok(rest.for !== undefined || /\[\d+[mh]\]/.test(expr), 'it would fire at a blink');
      assert.equal(annotations.runbook, `docs/operations.md#${alert.toLowerCase()}`);
      for (const text of [annotations.summary, annotations.description]) {
        assert.match(text, /\.$/);
        for (const label of fieldsOf(text)) assert.ok(query.labels.includes(label), label);
      }
    });
  }

  it('use only results, outcomes and codes that exist', () => {
    const named = alerts.flatMap(({ expr }) =>
      [...expr.matchAll(/(outcome|result)="(\w+)"/g)].map(([, label = '', value = '']) => ({
        ...{ expr, label, value },
      })),
    );
    assert.ok(named.length > 0);
    for (const { expr, label, value } of named) {
      const metric = judge(expr).metrics[0] ?? '';
      assert.ok(valuesOf(metric, label).includes(value), `${label} ${value}`);
    }
  });

  it('use the job name that the ServiceMonitor sets', () => {
    find(buildOf('deploy/handler/base'), 'Service', 'argocd-handler-admin');
    const jobs = alerts.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)]);
    assert.deepEqual(
      jobs.map(([, job]) => job),
      ['argocd-handler-admin'],
    );
  });
});

describe('The dashboard', () => {
  it('selects its data source, the handler and the Argo CD instance by variables', () => {
    assert.deepEqual(
      dashboard.templating.list.map(({ name, type }) => [name, type]),
      [
        ['datasource', 'datasource'],
        ['job', 'query'],
        ['argocd', 'query'],
      ],
    );
    for (const { definition } of dashboard.templating.list) {
      if (definition === undefined) continue;
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
      assert.ok(label === 'job' || metrics.get(metric)?.labels.includes(label), definition);
    }
    assert.doesNotMatch(dashboardText, /"uid": "(?!\$\{datasource\}|argocd-handler")/);
  });

  it('has unique ids and no overlapping panels', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  });

  for (const { title, description, datasource, fieldConfig, targets = [] } of panels) {
    it(`${title} (${description ?? ''}) has a unit, a data source and queries on known metrics`, () => {
      assert.ok(title !== '' && description !== undefined);
      assert.equal(datasource?.uid, '${datasource}');
      assert.match(fieldConfig?.defaults.unit ?? '', /^(none|short|s|bytes|reqps)$/);
      assert.ok(targets.length > 0);
      for (const { expr, legendFormat, datasource: source } of targets) {
        const query = judge(expr);
        assert.deepEqual(query.faults, [], expr);
        assert.equal(source.uid, '${datasource}');
        for (const field of fieldsOf(legendFormat)) assert.ok(query.labels.includes(field), field);
        assert.match(expr, /job=~"\$job"/);
        const isPerInstance = query.metrics.some(
          (name) => metrics.get(name)?.labels[0] === 'argocd',
        );
        assert.equal(expr.includes('argocd=~"$argocd"'), isPerInstance);
      }
    });
  }

  it('shows every metric of the list', () => {
    const shown = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => judge(expr).metrics),
    );
    assert.deepEqual(
      [...metrics.keys()].filter((name) => !shown.includes(name)),
      [],
    );
  });

  it('equals the one in the ConfigMap', () => {
    const { data } = find(
      buildOf('deploy/monitoring'),
      'ConfigMap',
      'argocd-handler-dashboard',
    ) as unknown as {
      readonly data: Readonly<Record<string, string>>;
    };
    assert.deepEqual(data, { 'argocd-handler.json': dashboardText });
  });
});
