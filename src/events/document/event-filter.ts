import type { EventsFilter, EventsSourceSettings } from '../config/events-settings.js';
import type { EventFields } from './event-fields.js';

/** Whether an event is taken. */
export type EventFilter = (event: EventFields) => boolean;

/** The filters of the configuration. */
export type FilterSettings = Pick<EventsSourceSettings, 'namespaces' | 'types' | 'reasons' | 'kinds'>;

/** A filter that takes what is included, or all when nothing is, and leaves what is excluded. */
export function eventFilter({ namespaces, types, reasons, kinds }: FilterSettings): EventFilter {
  const filters = [
    fieldFilter(namespaces, ({ namespace }) => namespace),
    fieldFilter(types, ({ type }) => type),
    fieldFilter(reasons, ({ reason }) => reason),
    fieldFilter(kinds, ({ kind }) => kind),
  ].filter((filter) => filter !== undefined);
  return (event) => filters.every((takes) => takes(event));
}

function fieldFilter(
  { include, exclude }: EventsFilter,
  fieldOf: (event: EventFields) => string,
): EventFilter | undefined {
  if (include.length === 0 && exclude.length === 0) return undefined;
  const wanted = new Set(include);
  const unwanted = new Set(exclude);
  return (event) => {
    const value = fieldOf(event);
    return (wanted.size === 0 || wanted.has(value)) && !unwanted.has(value);
  };
}
