import { metrics } from './metrics-table.ts';

/** Metrics from elsewhere that our queries also use, with the labels that we rely on. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  kubelet_volume_stats_available_bytes: ['persistentvolumeclaim'],
  kubelet_volume_stats_capacity_bytes: ['persistentvolumeclaim'],
  nodejs_eventloop_lag_p99_seconds: [],
  nodejs_heap_size_used_bytes: [],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  process_start_time_seconds: [],
};

/** The names in {@link foreign} that prom-client must provide. */
export const nodeMetrics = Object.keys(foreign).filter((name) => !name.startsWith('kubelet_'));

/** A PromQL expression, as far as it can be checked without Prometheus. */
export interface Query {
  readonly metrics: readonly string[];
  /** Labels that its result can have. */
  readonly labels: readonly string[];
  readonly faults: readonly string[];
}

/** Compares an expression with the list of metrics: names, labels and values, and how each type is used. */
export function judge(expr: string): Query {
  const faults: string[] = [];
  const names = new Set<string>();
  const known = new Set(['job', 'le']);
  const selectors = /((?:\w+\()?)((?:argocd_handler|process|nodejs|kubelet)_\w+)(\{[^}]*\})?/g;
  for (const [, call = '', series = '', selector = ''] of expr.matchAll(selectors)) {
    const name = series.replace(/_(bucket|count|sum)$/, '');
    const metric = metrics.get(metrics.has(series) ? series : name);
    const labels = metric?.labels ?? foreign[series];
    if (labels === undefined) {
      faults.push(`${series} is not in the list`);
      continue;
    }
    names.add(metric?.name ?? series);
    for (const label of labels) known.add(label);
    if ((metric?.type === 'histogram') !== (metric !== undefined && series !== metric.name)) {
      faults.push(`${series} is a ${metric?.type ?? 'gauge'}`);
    }
    // The last one covers what is counted before the first scrape, which no increase shows.
    const isRate = /^(rate|increase|max_over_time)\($/.test(call);
    const counts = metric === undefined ? series.endsWith('_total') : metric.type !== 'gauge';
    if (isRate !== counts) faults.push(`${call}${series}: is it a counter?`);
    for (const [, label = ''] of selector.matchAll(/(\w+)\s*[=!]~?\s*"/g)) {
      if (label !== 'job' && !labels.includes(label)) faults.push(`${series} has no ${label}`);
    }
  }
  const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  for (const label of groups) {
    if (!known.has(label)) faults.push(`nothing here has the label ${label}`);
  }
  if (/histogram_quantile/.test(expr) && !groups.includes('le')) faults.push('no le');
  if (names.size === 0) faults.push('no metric');
  const isAggregated = /\b(sum|min|max|count|absent)\b/.test(expr);
  return {
    metrics: [...names],
    labels: isAggregated ? groups.filter((label) => label !== 'le') : [...known],
    faults,
  };
}
