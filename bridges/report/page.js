// Shows what a mark says, beside it, for as long as it is pointed at or has the focus.
(() => {
  const told = document.getElementById("told");
  const markOf = (target) => (target instanceof Element ? target.closest(".mark[data-told]") : null);

  function show(mark) {
    if (!mark) return hide();
    told.textContent = mark.dataset.told;
    told.hidden = false;
    const at = mark.querySelector(".hit").getBoundingClientRect();
    const box = told.getBoundingClientRect();
    const left = Math.min(Math.max(at.left + at.width / 2 - box.width / 2, 8), innerWidth - box.width - 8);
    const above = at.top - box.height - 6;
    told.style.left = `${left}px`;
    told.style.top = `${above > 4 ? above : at.bottom + 6}px`;
  }

  function hide() {
    told.hidden = true;
  }

  document.addEventListener("pointerover", (event) => {
    const mark = markOf(event.target);
    if (mark) show(mark);
    else if (!markOf(document.activeElement)) hide();
  });
  document.addEventListener("click", (event) => show(markOf(event.target)));
  document.addEventListener("focusin", (event) => show(markOf(event.target)));
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", () => {
    if (!told.hidden) show(markOf(document.activeElement)); // moves along; what Escape has hidden stays hidden
  }, { passive: true, capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });

  // A link to a mark or a bar leads to it, and the mark says its words.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    const place = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!place) return;
    event.preventDefault();
    document.querySelectorAll(".pointed-at").forEach((other) => other.classList.remove("pointed-at"));
    place.classList.add("pointed-at");
    place.scrollIntoView({ block: "center", inline: "center" });
    if (place.matches(".mark")) {
      place.focus({ preventScroll: true });
      show(place);
    }
  });
})();
