import { type EventFields, membersText } from '../document/event-fields.js';
import { fromBytes, type JsonObject, objectOr } from '../document/event-object.js';

/** The parts of an event that a person reads, made safe for a terminal. */
export interface EventText {
  /** Time of day on this machine, as in `15:04:05`. */
  readonly time: string;
  readonly type: string;
  /** As in `Pod default/web-1`. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
  /** How often it happened; 1 for most. */
  readonly count: number;
}

/** Reads what a person wants to know of an event. */
export function eventText(event: EventFields): EventText {
  const object = objectOr(JSON.parse(fromBytes(`{${membersText(event)}`)));
  const place = event.namespace === '' ? event.name : `${event.namespace}/${event.name}`;
  return {
    time: timeOfDay(event.time),
    type: harmless(event.type),
    object: harmless(`${event.kind || 'object'} ${place || '(unnamed)'}`),
    reason: harmless(event.reason),
    message: harmless(messageOf(object)),
    count: countOf(object),
  };
}

const messageOf = (object: JsonObject) => (typeof object['message'] === 'string' ? object['message'] : '');

function countOf(object: JsonObject): number {
  const counts = [object['count'], objectOr(object['series'])['count']];
  return Math.max(1, ...counts.filter((count): count is number => typeof count === 'number'));
}

function timeOfDay(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '--:--:--';
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** One line, without what would steer a terminal: whoever may write an event must not write to the screen at will. */
const harmless = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
    .trim();
