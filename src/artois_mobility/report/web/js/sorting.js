// Every long table sorts by the column whose heading is pressed; again turns the order round.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortRows(table, headings, column));
  });
}

function sortRows(table, headings, column) {
  const heading = headings[column];
  const isNumeric = column > 0;
  const ascending = heading.hasAttribute("aria-sort")
    ? heading.getAttribute("aria-sort") === "descending"
    : !isNumeric;
  const language = document.documentElement.lang;
  const rows = [...table.tBodies[0].rows].map((row) => {
    const cell = row.cells[column];
    const text = isNumeric ? cell.dataset.value : cell.textContent;
    return { row, key: isNumeric && text !== "" ? Number(text) : text };
  });
  rows.sort((a, b) => {
    if (a.key === "" || b.key === "") return (a.key === "") - (b.key === "");
    const order = isNumeric ? a.key - b.key : a.key.localeCompare(b.key, language);
    return ascending ? order : -order;
  });
  table.tBodies[0].append(...rows.map(({ row }) => row));
  headings.forEach((other) => other.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
}

// What is folded away stays so on paper, unless the reader opens all of it.
const unfold = document.getElementById("unfold");
unfold.addEventListener("click", () => {
  const isOpen = unfold.getAttribute("aria-pressed") === "false";
  unfold.setAttribute("aria-pressed", String(isOpen));
  document.body.classList.toggle("unfolded", isOpen);
  for (const folded of document.querySelectorAll("main details")) folded.open = isOpen;
});

// What is wider than the page fades out where it goes on.
function markEdges() {
  for (const part of document.querySelectorAll(".scroll")) {
    const rest = part.scrollWidth - part.clientWidth - part.scrollLeft;
    part.classList.toggle("goes-on", rest > 2);
  }
}
document.addEventListener("scroll", markEdges, { capture: true, passive: true });
document.addEventListener("toggle", markEdges, { capture: true });
window.addEventListener("resize", markEdges);
