/** What an endpoint needs of a metrics registry: the text of all series, and its content type. */
export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}
