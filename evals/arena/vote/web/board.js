// The board: who stands where, for those who are done voting.

export async function board(place, ask) {
  const told = await ask("/api/board");
  place.replaceChildren(document.createTextNode(JSON.stringify(told)));
}
