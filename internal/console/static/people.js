// Registrants and their documents: checks while one types, uploads with progress, pictures to turn and zoom, reviews by
// keyboard. Every page works without this file.
(function () {
  'use strict';
  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function say(note, text) { note.textContent = text; note.hidden = !text; }

  // ---- pictures: zoom, turn, contrast
  document.addEventListener('click', function (e) {
    var b = e.target.closest('[data-do="zoom"], [data-do="turn"], [data-do="contrast"]');
    if (!b) return;
    var shot = b.closest('.shot');
    if (b.dataset.do === 'turn') {
      var n = (Number(shot.dataset.turn || 0) + 1) % 4;
      shot.classList.remove('turn-1', 'turn-2', 'turn-3');
      if (n) shot.classList.add('turn-' + n);
      shot.dataset.turn = n;
      var image = shot.querySelector('image'), w = image.getAttribute('width'), h = image.getAttribute('height');
      var to = ['', 'translate(' + h + ' 0) rotate(90)', 'translate(' + w + ' ' + h + ') rotate(180)', 'translate(0 ' + w + ') rotate(270)'][n];
      image.closest('svg').setAttribute('viewBox', '0 0 ' + (n % 2 ? h + ' ' + w : w + ' ' + h));
      image.parentNode.setAttribute('transform', to);
      return;
    }
    var on = shot.classList.toggle(b.dataset.do === 'zoom' ? 'is-zoomed' : 'is-sharp');
    b.setAttribute('aria-pressed', on);
    shot.scrollLeft = (shot.scrollWidth - shot.clientWidth) / 2;
    shot.scrollTop = (shot.scrollHeight - shot.clientHeight) / 2;
    shot.tabIndex = shot.classList.contains('is-zoomed') ? 0 : -1;
  });

  // ---- the editor
  var form = document.querySelector('form[data-editor]');
  if (form) editor(form);

  function editor(form) {
    delete document.body.dataset.view; // what is typed here is newer than any list
    var timer = 0, asked = 0, files = {}, again = 0;

    function body(extra) {
      var data = new URLSearchParams();
      new FormData(form).forEach(function (v, k) { if (typeof v === 'string' && k !== 'do') data.append(k, v); });
      for (var k in extra) data.set(k, extra[k]);
      return data;
    }

    function show(j) {
      var focus = document.activeElement && document.activeElement.id;
      for (var id in j.parts) {
        var el = document.getElementById(id);
        if (el && el.outerHTML !== j.parts[id]) el.outerHTML = j.parts[id];
      }
      each(form.querySelectorAll('[aria-describedby^="e-"]'), function (el) {
        if (j.bad.indexOf(el.name) >= 0) el.setAttribute('aria-invalid', 'true'); else el.removeAttribute('aria-invalid');
      });
      for (var name in j.set || {}) { var f = form.elements[name]; if (f) { f.value = j.set[name]; f.focus(); } }
      if (focus && !j.set && document.getElementById(focus)) document.getElementById(focus).focus({ preventScroll: true });
      clearTimeout(again);
      if (j.reading) again = setTimeout(check, 1500);
    }

    function check(extra) {
      var mine = ++asked;
      clearTimeout(timer);
      return fetch('/templates/check', { method: 'POST', headers: { Accept: 'application/json' }, body: body(extra), credentials: 'same-origin' })
        .then(function (r) { return r.ok ? r.json() : null; })
        .then(function (j) { if (j && mine === asked) show(j); })
        .catch(function () { /* the button still works */ });
    }

    form.addEventListener('input', function (e) {
      if (e.target.type === 'file' || e.target.closest('.code-row')) return;
      clearTimeout(timer);
      timer = setTimeout(check, 350);
      var reach = e.target.name === 'Telephone' ? 'phone' : e.target.name === 'Email' ? 'email' : '';
      if (reach) unverified(reach);
    });

    // A number or address that was changed is not the one that was verified.
    function unverified(type) {
      var box = form.querySelector('[data-reach="' + type + '"]');
      if (box && box.dataset.other) return;
      if (box) { box.dataset.other = '1'; each(box.querySelectorAll('.tag'), function (t) { t.hidden = true; }); }
    }

    // ---- uploads
    form.addEventListener('change', function (e) {
      if (!e.target.dataset.upload || !e.target.files.length) return;
      upload(e.target.dataset.upload, e.target.files[0]);
    });
    form.addEventListener('dragover', function (e) { var d = e.target.closest('.drop'); if (d) { e.preventDefault(); d.classList.add('is-over'); } });
    form.addEventListener('dragleave', function (e) { var d = e.target.closest('.drop'); if (d) d.classList.remove('is-over'); });
    form.addEventListener('drop', function (e) {
      var d = e.target.closest('.drop');
      if (!d || !e.dataTransfer.files.length) return;
      e.preventDefault();
      upload(d.querySelector('input').dataset.upload, e.dataTransfer.files[0]);
    });

    function progress(role) {
      var box = document.querySelector('#part-shot-' + role + ' [data-progress]');
      var bar = box.querySelector('progress'), note = box.querySelector('p');
      box.hidden = false;
      note.textContent = note.dataset.say;
      return { bar: bar, note: note, box: box };
    }

    function send(url, role, file, done) {
      var p = progress(role), x = new XMLHttpRequest(), data = new FormData();
      body({ role: role }).forEach(function (v, k) { data.append(k, v); });
      data.append('file-' + role, file, file.name);
      x.open('POST', url);
      x.setRequestHeader('Accept', 'application/json');
      x.upload.onprogress = function (e) {
        if (e.lengthComputable) p.bar.value = 100 * e.loaded / e.total;
        if (e.loaded === e.total) { p.note.textContent = p.note.dataset.checking; p.bar.removeAttribute('value'); }
      };
      x.onload = function () {
        var j = null;
        try { j = JSON.parse(x.responseText); } catch (e) { /* below */ }
        p.box.hidden = true;
        if (j && x.status === 200) done(j); else { p.box.hidden = false; p.bar.hidden = true; p.note.textContent = j && j.title ? j.title + ' ' + j.text : p.note.dataset.failed; }
      };
      x.onerror = function () { p.bar.hidden = true; p.note.textContent = p.note.dataset.failed; };
      x.send(data);
    }

    function upload(role, file) {
      files[role] = file;
      asked++;
      send('/templates/documents', role, file, function (j) { if (!j.refused) delete files[role]; show(j); });
    }

    // ---- buttons of the parts
    var made = {};
    form.addEventListener('click', function (e) {
      var b = e.target.closest('button');
      if (!b) return;
      var d = b.dataset;
      if (d.fix) {
        e.preventDefault();
        b.setAttribute('aria-busy', 'true');
        check({ 'do': 'fix-' + d.fix }).then(function () { check(); });
      } else if (d.convert && files[d.convert]) {
        e.preventDefault();
        send('/templates/documents/convert', d.convert, files[d.convert], function (j) {
          made[d.convert] = j;
          var old = document.getElementById('converted-' + d.convert);
          if (old) old.remove();
          b.closest('.pad').insertAdjacentHTML('afterend', j.html);
          document.querySelector('[data-use="' + d.convert + '"]').focus();
        });
      } else if (d.use) {
        var raw = atob(made[d.use].content), bytes = new Uint8Array(raw.length);
        for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
        upload(d.use, new File([bytes], made[d.use].name, { type: 'image/jpeg' }));
      } else if (d.drop) {
        document.getElementById('converted-' + d.drop).remove();
      } else if (d.codeFor) {
        e.preventDefault();
        sendCode(d.codeFor, b);
      } else if (d.verifyFor) {
        e.preventDefault();
        verifyCode(d.verifyFor, b);
      }
    });
    form.addEventListener('keydown', function (e) {
      if (e.key !== 'Enter' || !e.target.closest('.code-row')) return;
      e.preventDefault();
      e.target.closest('.code-row').querySelector('button').click();
    });

    function post(url, data) {
      return fetch(url, { method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams(data), credentials: 'same-origin' })
        .then(function (r) { return r.json().then(function (j) { return { ok: r.ok, j: j }; }); });
    }
    function codeOf(type) { return form.elements[type === 'phone' ? 'Telephone' : 'Email'].value.trim(); }
    function tell(box, text, bad) {
      var p = box.querySelector('.told');
      if (!p) { box.insertAdjacentHTML('beforeend', '<p class="small told" role="status"></p>'); p = box.querySelector('.told'); }
      p.classList.toggle('c-bad', !!bad);
      p.classList.toggle('sub', !bad);
      p.textContent = text;
    }

    function sendCode(type, b) {
      var box = b.closest('.reach');
      b.setAttribute('aria-busy', 'true');
      post('/account/reach/send', { code: codeOf(type) }).then(function (a) {
        b.removeAttribute('aria-busy');
        if (!a.ok) { tell(box, a.j.title + ' ' + a.j.text, true); return; }
        if (!box.querySelector('.code-row')) {
          var row = document.createElement('div'), id = 'verify-' + type;
          row.className = 'code-row';
          row.innerHTML = '<label class="small"></label><input class="input mono" inputmode="numeric" autocomplete="one-time-code" maxlength="6"><button class="btn s primary" type="button"></button>';
          row.firstChild.textContent = a.j.label;
          row.firstChild.htmlFor = row.children[1].id = id;
          row.lastChild.textContent = a.j.verify;
          row.lastChild.dataset.verifyFor = type;
          box.appendChild(row);
        }
        tell(box, a.j.say + ' ' + a.j.hint);
        box.querySelector('.code-row input').focus();
      }).catch(function () { b.removeAttribute('aria-busy'); });
    }

    function verifyCode(type, b) {
      var box = b.closest('.reach'), input = box.querySelector('.code-row input');
      post('/account/reach/verify', { code: codeOf(type), verify_code: input.value.trim() }).then(function (a) {
        if (!a.ok) { tell(box, a.j.title + ' ' + a.j.text, true); input.select(); return; }
        box.outerHTML = a.j.html;
        check();
      });
    }
    if (form.querySelector('[data-reading="true"]')) again = setTimeout(check, 1500);
  }

  // ---- the desk: a decision can be taken back for ten seconds while the next submission is looked at
  var decide = document.querySelector('form[data-decide]'), bar = document.getElementById('undo');
  if (decide) decide.addEventListener('submit', function (e) {
    var kind = (e.submitter || {}).value, hint = document.getElementById('decide-hint');
    if (!kind || !window.sessionStorage) return;
    e.preventDefault();
    if (kind === 'reject' && !decide.querySelector('[name="code"]:checked')) { say(hint, hint.dataset.need); return; }
    if (kind === 'more' && !decide.elements.note.value.trim()) { say(hint, hint.dataset.needNote); decide.elements.note.focus(); return; }
    var data = new URLSearchParams(new FormData(decide));
    data.set('decision', kind);
    flush().then(function () {
      sessionStorage.setItem('decision', JSON.stringify({ url: decide.action, body: data.toString(), kind: kind, until: Date.now() + 10000 }));
      var next = document.getElementById('review-next') || document.getElementById('review-prev');
      location.assign(next ? next.href : '/desk/reviews');
    });
  });

  function pending() { try { return JSON.parse(sessionStorage.getItem('decision')); } catch (e) { return null; } }
  function flush() {
    var p = pending();
    if (!p) return Promise.resolve(true);
    sessionStorage.removeItem('decision');
    return fetch(p.url, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: p.body, credentials: 'same-origin', keepalive: true, redirect: 'manual' })
      .then(function (r) { return r.type === 'opaqueredirect'; });
  }
  if (bar && pending()) {
    var p = pending(), text = bar.querySelector('.b'), left = bar.querySelector('[data-seconds]');
    text.textContent = text.dataset[p.kind];
    bar.hidden = false;
    each(document.querySelectorAll('a[data-review], tr[data-review]'), function (a) { if (p.url.endsWith('/' + a.dataset.review)) a.classList.add('is-done'); });
    var tick = setInterval(function () {
      var s = Math.ceil((p.until - Date.now()) / 1000);
      left.textContent = Math.max(0, s);
      if (s > 0) return;
      clearInterval(tick);
      flush().then(function (ok) {
        if (!ok) { location.assign(p.url); return; }
        text.textContent = text.dataset.done;
        bar.querySelector('.sub').hidden = bar.querySelector('button').hidden = true;
        if (document.getElementById('reviews')) location.assign('/desk/reviews');
      });
    }, 250);
    bar.querySelector('button').addEventListener('click', function () {
      clearInterval(tick);
      sessionStorage.removeItem('decision');
      location.assign(p.url);
    });
  }
})();
