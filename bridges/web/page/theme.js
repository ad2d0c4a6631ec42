// Light or dark as it was chosen last, before anything is painted.
try {
  const chosen = localStorage.getItem("repetiteur.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* no storage: as the system has it */ }
