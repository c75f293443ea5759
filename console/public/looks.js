// Before the first paint: the theme and the language that were chosen here, so that nothing flashes.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('plantain.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var language = localStorage.getItem('plantain.language');
    if (language) root.lang = language;
  } catch (e) {
    // Storage may be forbidden; then the system decides.
  }
})();
