/** A model file that cannot be read or used; the message says what is wrong with it, with the value. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
}
