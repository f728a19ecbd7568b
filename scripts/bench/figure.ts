/** A measured value, and its upper or lower limit. */
export interface Figure {
  readonly what: string;
  /** Absent if this machine cannot measure it. */
  readonly value: number | undefined;
  readonly unit: 'ms' | 's' | 'KB' | 'MB' | '/s' | '%' | '';
  readonly goal?: number;
  /** Lower limit of a value that should be large, instead of `goal`. */
  readonly least?: number;
}

/** Whether the exact (not the rounded) value meets the goal; undefined without a goal. */
export function isMet({ value, goal, least }: Figure): boolean | undefined {
  if (value === undefined) return undefined;
  if (least !== undefined) return value >= least;
  return goal === undefined ? undefined : value <= goal;
}

const header = ['', 'measured', 'goal', 'met'];

/** The figures as the lines of one table. */
export function tableOf(figures: readonly Figure[]): readonly string[] {
  const rows = figures.map((figure) => [
    figure.what,
    figure.value === undefined ? 'not here' : quantity(figure.value, figure.unit),
    goalOf(figure),
    { true: 'yes', false: 'NO', undefined: '' }[String(isMet(figure))] ?? '',
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const print = ([what = '', ...cells]: readonly string[]) =>
    [
      what.padEnd(widths[0] ?? 0),
      ...cells.map((cell, index) => cell.padStart(widths[index + 1] ?? 0)),
    ]
      .join('  ')
      .trimEnd();
  return [print(header), print(widths.map((width) => '─'.repeat(width))), ...rows.map(print)];
}

function goalOf({ goal, least, unit }: Figure): string {
  if (least !== undefined) return `≥ ${quantity(least, unit)}`;
  return goal === undefined ? '' : `≤ ${quantity(goal, unit)}`;
}

/** Small values keep a decimal: 4.6 ms is not 5 ms. */
function quantity(value: number, unit: Figure['unit']): string {
  const decimals = value < 10 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toFixed(decimals)} ${unit}`.trimEnd();
}
