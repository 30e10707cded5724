// eslint-disable-next-line no-control-regex -- control characters are the subject
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text of strangers, safe to be shown: a terminal obeys control characters, and marks of direction change what a line
 * seems to say. Line feeds stay.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
