/** What a model's files leave open, whatever its family. */

/** What a user has said of a model, beside what its files say; by the ids of questions. */
export type ModelAnswers = Readonly<Record<string, string>>;

/** Something that the files do not say. */
export interface ModelQuestion {
  id: string;
  text: string;
  options: readonly { value: string; label: string }[];
  /** Any number above 0 is an answer too. */
  number?: true;
  /** The option that fits what was seen best, and what was seen; null where nothing speaks for one. */
  likely: { value: string; because: string } | null;
  /** Without an answer the model cannot be run; else something is only left out. */
  needed: boolean;
}
