import type { ComponentChildren, JSX } from 'preact';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  /** Shown in place of the content. */
  readonly empty: string | null;
  readonly children: ComponentChildren;
}

/** A titled part of the page on a card of its own. */
export function Card(props: SectionProps): JSX.Element {
  return <Section {...props} className="card" />;
}

/** A titled part of a card. */
export function Section(props: SectionProps & { readonly className?: string }): JSX.Element {
  const { id, title, note, empty, children, className } = props;
  return (
    <section class={className} aria-labelledby={`${id}-title`}>
      <div class="card-title">
        <h3 id={`${id}-title`}>{title}</h3>
        {note !== undefined && empty === null && <span class="note">{note}</span>}
      </div>
      {empty === null ? children : <p class="note">{empty}</p>}
    </section>
  );
}
