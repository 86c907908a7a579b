// OpenRegistrar: only what HTML cannot do by itself. Everything still works without it.
(function () {
  'use strict';
  var root = document.documentElement;
  root.classList.add('js');

  function typing(el) { return /^(input|textarea|select)$/i.test(el.tagName) && !/^(checkbox|radio)$/.test(el.type); }
  function each(list, f) { Array.prototype.forEach.call(list, f); }

  document.addEventListener('click', function (e) {
    var el = e.target.closest('[data-do]');
    each(document.querySelectorAll('details.menu[open]'), function (d) { if (!d.contains(e.target)) d.open = false; });
    if (!el) return;
    if (el.dataset.do === 'theme') {
      var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      e.preventDefault();
      root.dataset.theme = dark ? 'light' : 'dark';
      document.cookie = 'theme=' + root.dataset.theme + ';path=/;max-age=31536000;samesite=lax';
    }
    if (el.dataset.do === 'reload') location.reload();
    if (el.dataset.do === 'copy') {
      navigator.clipboard.writeText(document.getElementById(el.dataset.from).textContent.trim()).then(function () {
        el.querySelector('span').textContent = el.dataset.done;
      });
    }
  });

  // Rows: one box for all, a count, a bar that is there only when it is of use.
  function count(table) {
    var rows = Array.from(table.querySelectorAll('tbody input[type=checkbox]'));
    var n = rows.filter(function (r) { return r.checked; }).length;
    var all = table.querySelector('thead input');
    var bar = document.getElementById(table.dataset.pick);
    rows.forEach(function (r) { r.closest('tr').classList.toggle('is-on', r.checked); });
    if (all) { all.checked = n > 0 && n === rows.length; all.indeterminate = n > 0 && n < rows.length; }
    bar.hidden = n === 0;
    each(bar.querySelectorAll('[data-js]'), function (s) { s.hidden = false; });
    bar.querySelector('b').textContent = n;
  }
  document.addEventListener('change', function (e) {
    var form = e.target.closest('form[data-auto]');
    if (form) { form.requestSubmit ? form.requestSubmit() : form.submit(); return; }
    var table = e.target.closest('table[data-pick]');
    if (!table) return;
    if (e.target.matches('thead input')) each(table.querySelectorAll('tbody input[type=checkbox]'), function (r) { r.checked = e.target.checked; });
    count(table);
  });

  // Adding a name to the cart keeps the results in place.
  document.addEventListener('submit', function (e) {
    var form = e.target.closest('form[data-add]');
    if (!form || !window.fetch) return;
    e.preventDefault();
    var button = form.querySelector('button');
    button.setAttribute('aria-busy', 'true');
    fetch(form.action, { method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams(new FormData(form)), credentials: 'same-origin' })
      .then(function (r) { return r.json().then(function (j) { return { ok: r.ok, j: j }; }); })
      .then(function (a) {
        button.removeAttribute('aria-busy');
        if (a.j.go) { location.assign(a.j.go); return; }
        if (!a.ok) { form.submit(); return; }
        button.setAttribute('aria-pressed', 'true');
        button.type = 'button';
        button.removeAttribute('aria-label');
        button.querySelector('span').textContent = button.dataset.done;
        var use = button.querySelector('use');
        use.setAttribute('href', use.getAttribute('href').replace(/#.*/, '#i-ok'));
        each(document.querySelectorAll('[data-cart-count]'), function (n) { n.textContent = a.j.count; });
        var aside = document.getElementById('search-cart');
        if (aside) aside.outerHTML = a.j.html;
      }).catch(function () { form.submit(); });
  });

  // Keys: "/" to the search box, Escape out of it; any element with data-key answers to that key.
  document.addEventListener('keydown', function (e) {
    if (e.key === 'Escape') { document.activeElement.blur(); if (location.hash === '#nav') location.hash = ''; return; }
    if (typing(e.target) || e.metaKey || e.ctrlKey || e.altKey) return;
    var el = e.key === '/' ? document.querySelector('[data-slash]') : document.querySelector('[data-key="' + CSS.escape(e.key) + '"]');
    if (!el) return;
    e.preventDefault();
    if (el.matches('input:not([type=radio]):not([type=checkbox]), textarea, select')) el.focus(); else el.click();
  });

  // A page that shows something under way renews its main part until it is over.
  function renew() {
    var seconds = Number(document.body.dataset.refresh);
    if (!seconds) return;
    setTimeout(function () {
      if (document.hidden || (document.activeElement && typing(document.activeElement))) { renew(); return; }
      fetch(location.href, { credentials: 'same-origin' }).then(function (r) {
        if (!r.ok || r.redirected) { location.reload(); return null; }
        return r.text();
      }).then(function (text) {
        if (text === null) return;
        var next = new DOMParser().parseFromString(text, 'text/html');
        var mine = document.getElementById('main'), theirs = next.getElementById('main');
        if (!theirs) { location.reload(); return; }
        var open = Array.from(mine.querySelectorAll('details')).map(function (d) { return d.open; });
        var focus = document.activeElement && document.activeElement.id;
        mine.innerHTML = theirs.innerHTML;
        each(mine.querySelectorAll('details'), function (d, i) { if (open[i]) d.open = true; });
        if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
        if (next.body.dataset.view) document.body.dataset.view = next.body.dataset.view;
        if (next.body.dataset.refresh) document.body.dataset.refresh = next.body.dataset.refresh; else delete document.body.dataset.refresh;
        renew();
      }).catch(renew);
    }, seconds * 1000);
  }

  // Is this page older than the data? Asked every few seconds and whenever the window comes back.
  var asking = false;
  function fresh() {
    var note = document.getElementById('stale'), view = document.body.dataset.view;
    if (!note || !view || document.hidden || asking || document.body.dataset.refresh) return;
    asking = true;
    fetch('/freshness?v=' + encodeURIComponent(view), { credentials: 'same-origin', headers: { Accept: 'application/json' } })
      .then(function (r) { return r.ok ? r.json() : { stale: false }; })
      .then(function (j) {
        asking = false;
        if (j.stale) {
          note.querySelector('[data-title]').textContent = j.title;
          note.querySelector('[data-text]').textContent = j.text;
        }
        note.hidden = !j.stale;
      }).catch(function () { asking = false; });
  }

  // A review that was decided and can no longer be taken back, since the reviewer has gone elsewhere.
  try {
    var late = document.getElementById('undo') ? null : JSON.parse(sessionStorage.getItem('decision'));
    if (late) {
      sessionStorage.removeItem('decision');
      fetch(late.url, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: late.body, credentials: 'same-origin', keepalive: true });
    }
  } catch (e) { /* nothing is kept here */ }

  each(document.querySelectorAll('table[data-pick]'), count);
  renew();
  if (document.body.dataset.view) {
    setInterval(fresh, 4000);
    window.addEventListener('focus', fresh);
    document.addEventListener('visibilitychange', fresh);
    window.addEventListener('pageshow', function (e) { if (e.persisted) fresh(); });
  }
}());
