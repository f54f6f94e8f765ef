/** Value of a sample. Text is written as it is, for whole numbers above 2^53. */
export type MetricValue = number | string;

/** Names of labels and their values. */
export type Labels = Readonly<Record<string, string>>;

/** Counts what happened. Never goes down. */
export interface Counter<Name extends string = never> {
  /** @param by 0 or more. @default 1 */
  inc(labels: Readonly<Record<Name, string>>, by?: number): void;
  /** The same for labels that are known beforehand, for what happens very often. */
  of(labels: Readonly<Record<Name, string>>): (by?: number) => void;
}

/** A value that goes up and down. */
export interface Gauge<Name extends string = never> {
  set(labels: Readonly<Record<Name, string>>, value: MetricValue): void;
}

/** Counts observations by size. */
export interface Histogram<Name extends string = never> {
  observe(labels: Readonly<Record<Name, string>>, value: number): void;
}

/** One sample that is read when metrics are asked for. */
export interface ReadSample {
  /** @default none */
  readonly labels?: Labels;
  readonly value: MetricValue;
}

/** What is read at each scrape: one value, one for each set of labels, or nothing while there is none. */
export type ReadSamples = () => MetricValue | readonly ReadSample[] | undefined;

/** Type of the text that {@link MetricsRegistry.text} gives. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const DECIMAL = /^-?[0-9]+(\.[0-9]+)?$/;

/** Metrics of a program, and their text for Prometheus. */
export class MetricsRegistry {
  readonly #families = new Map<string, () => readonly string[]>();

  /**
   * @param name in full, such as `documents_total`
   * @param help one line for people
   * @param labels names of its labels; without any, the metric begins at 0
   * @throws TypeError when a name is none, or is taken
   */
  counter<Name extends string = never>(
    name: string,
    help: string,
    labels: readonly Name[] = [],
  ): Counter<Name> {
    const values = new Map<string, { value: number }>(labels.length === 0 ? [['', { value: 0 }]] : []);
    checkLabels(name, labels);
    this.#add(name, help, 'counter', () =>
      [...values].map(([shown, { value }]) => `${name}${shown} ${numberText(value)}`),
    );
    const of = (given: Labels) => {
      const shown = labelText(given, labels);
      const cell = values.get(shown) ?? { value: 0 };
      return (by = 1) => {
        if (!(by >= 0)) throw new TypeError(`${name}: a counter cannot change by ${by}`);
        cell.value += by;
        values.set(shown, cell);
      };
    };
    return { of, inc: (given, by) => of(given)(by) };
  }

  /** As {@link counter}, for a value that may go down. Without a value, it is left out. */
  gauge<Name extends string = never>(name: string, help: string, labels: readonly Name[] = []): Gauge<Name> {
    const values = new Map<string, string>();
    checkLabels(name, labels);
    this.#add(name, help, 'gauge', () => [...values].map(([shown, value]) => `${name}${shown} ${value}`));
    return { set: (given, value) => void values.set(labelText(given, labels), valueText(name, value)) };
  }

  /**
   * As {@link counter}, for sizes.
   *
   * @param buckets upper bounds, ascending; that of everything is added
   */
  histogram<Name extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: readonly Name[] = [],
  ): Histogram<Name> {
    if (buckets.some((bound, index) => !(bound > (buckets[index - 1] ?? Number.NEGATIVE_INFINITY)))) {
      throw new TypeError(`${name}: the bounds do not ascend`);
    }
    const bounds = buckets.filter((bound) => bound !== Number.POSITIVE_INFINITY);
    const newSeries = (given: Labels): Series => ({ given, counts: bounds.map(() => 0), count: 0, sum: 0 });
    const series = new Map<string, Series>(labels.length === 0 ? [['', newSeries({})]] : []);
    checkLabels(name, labels);
    if ((labels as readonly string[]).includes('le'))
      throw new TypeError(`${name}: le is taken by the bounds`);
    this.#add(name, help, 'histogram', () =>
      [...series.values()].flatMap((one) => histogramLines(name, bounds, labels, one)),
    );
    return {
      observe: (given, value) => {
        const shown = labelText(given, labels);
        const one = series.get(shown) ?? newSeries({ ...given });
        series.set(shown, one);
        const index = bounds.findIndex((bound) => value <= bound);
        if (index >= 0) one.counts[index]!++;
        one.count++;
        one.sum += value;
      },
    };
  }

  /**
   * A metric whose values are read at each scrape.
   *
   * @param type `counter` when the values never go down
   */
  read(name: string, help: string, type: 'counter' | 'gauge', read: ReadSamples): void {
    this.#add(name, help, type, () => {
      const found = read();
      if (found === undefined) return [];
      const samples = typeof found === 'object' ? found : [{ value: found }];
      return samples.map(({ labels = {}, value }) => {
        const names = Object.keys(labels);
        checkLabels(name, names);
        return `${name}${labelText(labels, names)} ${valueText(name, value)}`;
      });
    });
  }

  /** All metrics in the text format 0.0.4 of Prometheus, in the order in which they were made. */
  text(): string {
    return [...this.#families.values()].map((lines) => `${lines().join('\n')}\n`).join('');
  }

  #add(name: string, help: string, type: string, lines: () => readonly string[]): void {
    if (!METRIC_NAME.test(name)) throw new TypeError(`${name} is no name of a metric`);
    if (this.#families.has(name)) throw new TypeError(`there is a metric ${name} already`);
    const head = [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`];
    this.#families.set(name, () => [...head, ...lines()]);
  }
}

interface Series {
  readonly given: Labels;
  /** Observations between one bound and the one before. */
  readonly counts: number[];
  count: number;
  sum: number;
}

function histogramLines(
  name: string,
  bounds: readonly number[],
  labels: readonly string[],
  { given, counts, count, sum }: Series,
): readonly string[] {
  const bucket = (le: string, below: number) =>
    `${name}_bucket${labelText({ ...given, le }, [...labels, 'le'])} ${below}`;
  let below = 0;
  const lines = bounds.map((bound, index) => {
    below += counts[index]!;
    return bucket(numberText(bound), below);
  });
  const shown = labelText(given, labels);
  return [
    ...lines,
    bucket('+Inf', count),
    `${name}_sum${shown} ${numberText(sum)}`,
    `${name}_count${shown} ${count}`,
  ];
}

function checkLabels(metric: string, names: readonly string[]): void {
  const wrong = names.find((name) => !LABEL_NAME.test(name));
  if (wrong !== undefined) throw new TypeError(`${metric}: ${wrong} is no name of a label`);
}

/** `{a="1",b="2"}` in the order of `names`; empty without any. */
function labelText(labels: Labels, names: readonly string[]): string {
  if (names.length === 0) return '';
  const pairs = names.map((name) => `${name}="${escaped(labels[name] ?? '').replaceAll('"', '\\"')}"`);
  return `{${pairs.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function valueText(name: string, value: MetricValue): string {
  if (typeof value === 'number') return numberText(value);
  if (!DECIMAL.test(value)) throw new TypeError(`${name}: the value is no decimal number`);
  return value;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
