/** The items whose name fits what was typed: beginnings first, then word beginnings, then anywhere, else letters in order. */
export function rank<T>(items: readonly T[], text: string, nameOf: (item: T) => string): T[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [...items];
  return items
    .map((item, index) => ({ item, index, score: score(nameOf(item).toLowerCase(), wanted) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((entry) => entry.item);
}

function score(name: string, wanted: string): number {
  const at = name.indexOf(wanted);
  if (at === 0) return 4;
  if (at > 0) return /[\s._/-]/.test(name.charAt(at - 1)) ? 3 : 2;
  let from = 0;
  for (const letter of wanted) {
    const found = name.indexOf(letter, from);
    if (found < 0) return 0;
    from = found + 1;
  }
  return 1;
}
