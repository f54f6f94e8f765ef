import { notesOf } from '../config/notes.js';
import type { ClusterConfig } from '../config/types.js';
import { counted } from './report.js';
import type { Terminal } from './terminal.js';

/** The notes on some clusters, each told once. */
export class NoteList {
  readonly #clusters = new Map<string, number>();

  /** Takes the notes of one cluster. */
  add(config: ClusterConfig): void {
    for (const note of notesOf(config)) this.#clusters.set(note, (this.#clusters.get(note) ?? 0) + 1);
  }

  /** Each note once, with the number of its clusters where there are several. */
  get texts(): readonly string[] {
    return [...this.#clusters].map(([note, count]) =>
      count > 1 ? `${note} (${counted(count, 'cluster')})` : note,
    );
  }

  /** Prints them where a person reads them. */
  print(screen: Terminal): void {
    for (const text of this.texts) screen.note(`note: ${text}`);
  }
}
