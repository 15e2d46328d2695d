type Child = Node | string;
type Attributes = Readonly<Record<string, string | number>>;

const SVG = 'http://www.w3.org/2000/svg';

/** The element of the page with this id. @throws TypeError when the page lacks it */
export function byId<Type extends Element>(id: string, type: new () => Type): Type {
  const found = document.querySelector(`#${id}`);
  if (found instanceof type) return found;
  throw new TypeError(`The page has no ${type.name} #${id}`);
}

/** A new element of HTML. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

/** A new element of SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<Type extends Element>(
  element: Type,
  attributes: Attributes,
  children: readonly Child[],
): Type {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.append(...children);
  return element;
}
