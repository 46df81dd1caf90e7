# make demo   a private Mosquitto, the centre and three terminals that speak; it prints where to look
# make test   every test, through real parts, four files at a time since most of them wait; make check: lint, types and structure
# make chaos  a town under crashes, cuts and lies, and whether every promise was kept: MINUTES=3 SEED=1 TERMINALS=60
# make night  24 hours of 1,500 terminals in ten minutes: memory, tables and logs of the centre: MINUTES=10 TERMINALS=1500
# make bench  how near kokuchi comes to what its broker allows: N="1500 5000" ROUNDS=5 PLOT=1 draws it, HOBBY=1: beside Node-RED, killed in the middle
# make bench-storm    a whole town comes back at once, three alerts waiting: N=10000; make bench-growth   a ledger of 1.5 million deliveries beside an empty one
# make bench-outage   what becomes of reports while nobody writes them: SECONDS=60 N=1500 COLLECTORS=1
# make bench-voice   readings, speed, memory and loudness of the voice, each with its bound
# make bench-terminal   a terminal's memory, processor, start and writes, speaking and at rest; about four minutes
# make bench-log   a year of 1,000 alerts to 1,500 terminals: how long each page that reads it takes, about two minutes
# make bench-recognition   the voice as Whisper base hears it, about ten minutes: the kana error rate, with its bound
# make install-centre, install-terminal   on a town's own machine (docs/install.md); again for an upgrade. ROOT=/mnt: into a folder
# make rollback-centre, rollback-terminal   back to the version before; WITH_LEDGER=1: with the ledger of then
# ONCE=1 runs the demo with no one watching, JSON=1 prints its, chaos's, the night's or a bench's result as JSON; PORT=9000 moves all ports of the demo.

PYTHON ?= python3
VENV := .venv
RECOGNISER := .venv-recognition
AXE := tests/terminal/screen
# Outside of the rooms: some of what npm installs is Python.
HOBBYIST := var/hobby
PORT ?= 8080
# Started through sudo, only the packages are installed as root; everything else belongs to the user.
AS_USER := $(if $(SUDO_USER),sudo -u $(SUDO_USER),)

.PHONY: install-centre install-terminal rollback-centre rollback-terminal npm headless night bench hobby bench-growth bench-storm bench-log bench-outage bench-terminal bench-voice bench-recognition fuzz help demo test check chaos packages clean

# First, so that a `make` alone installs and starts nothing.
help:
	@sed -n 's/^# \(make \|ONCE=\)/\1/p' Makefile

demo: packages $(VENV)/.installed
	@$(AS_USER) $(VENV)/bin/python -m demo --port $(PORT) $(if $(ONCE),--once) $(if $(JSON),--json)

test: packages npm headless $(VENV)/.installed-development $(AXE)/node_modules/.installed
	@$(AS_USER) env -u PYTHONDONTWRITEBYTECODE $(VENV)/bin/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGUMENTS)

chaos: packages $(VENV)/.installed
	@$(AS_USER) $(VENV)/bin/python -m chaos $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
		$(if $(TERMINALS),--terminals $(TERMINALS)) $(if $(JSON),--json)

night: packages $(VENV)/.installed
	@$(AS_USER) $(VENV)/bin/python -m night $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(TERMINALS),--terminals $(TERMINALS)) $(if $(JSON),--json)

# Without Node-RED the bench goes on, and says so.
bench: packages $(VENV)/.installed-development
	@$(if $(HOBBY),$(MAKE) --no-print-directory hobby >&2 || true)
	@$(AS_USER) $(VENV)/bin/python -m benchmarks.broker $(addprefix -n ,$(N)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(HOBBY),--hobby) $(if $(JSON),--json) $(if $(PLOT),--plot docs/images/bench.svg)

bench-voice: packages $(VENV)/.installed-development
	@$(AS_USER) env JSON=$(JSON) $(VENV)/bin/python -m benchmarks.voice

bench-log: packages $(VENV)/.installed-development
	@$(AS_USER) env JSON=$(JSON) KEEP=$(KEEP) $(VENV)/bin/python -m benchmarks.year

bench-outage: packages $(VENV)/.installed-development
	@$(AS_USER) env JSON=$(JSON) N=$(N) SECONDS=$(SECONDS) COLLECTORS=$(COLLECTORS) $(VENV)/bin/python -m benchmarks.outage

bench-growth: packages $(VENV)/.installed-development
	@$(AS_USER) env JSON=$(JSON) KEEP=$(KEEP) $(VENV)/bin/python -m benchmarks.growth

bench-storm: packages $(VENV)/.installed-development
	@$(AS_USER) $(VENV)/bin/python -m benchmarks.storm $(if $(N),-n $(N)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(JSON),--json)

bench-terminal: packages $(VENV)/.installed-development
	@$(AS_USER) env JSON=$(JSON) $(VENV)/bin/python -m benchmarks.terminal

bench-recognition: packages $(VENV)/.installed-development $(RECOGNISER)/.installed
	@$(AS_USER) env JSON=$(JSON) $(VENV)/bin/python -m benchmarks.recognition $(RECOGNISER)/bin/python

check: $(VENV)/.installed-development
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest -q tests/test_structure.py

fuzz: $(VENV)/.installed-development
	$(VENV)/bin/python -m pip install --quiet --constraint constraints.txt 'atheris>=2.3'
	$(VENV)/bin/python -m tests.fuzz.fuzz_wire $(or $(MINUTES),10)

packages:
	@scripts/install-packages

# Only the tests need it, and not every machine has it from a Debian package.
npm:
	@command -v npm >/dev/null || scripts/install-packages npm

# Chromium without its windows: the tests open some hundred pages.
headless:
	@command -v chromium-headless-shell >/dev/null || scripts/install-packages chromium-headless-shell

$(VENV)/bin/python:
	@echo "kokuchi: making a virtual environment" >&2
	@$(AS_USER) $(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "kokuchi: installing Python packages (about a minute, once)" >&2
	@$(AS_USER) $(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable . >&2
	@$(AS_USER) touch $@

$(VENV)/.installed-development: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "kokuchi: installing Python packages for development (about two minutes, once)" >&2
	@$(AS_USER) $(VENV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[development]' >&2
	@$(AS_USER) touch $@ $(VENV)/.installed

# axe-core judges the household's pages, in the tests alone.
$(AXE)/node_modules/.installed: $(AXE)/package.json
	@command -v npm >/dev/null || scripts/install-packages npm
	@cd $(AXE) && $(AS_USER) npm install --no-package-lock --ignore-scripts --no-audit --no-fund --silent >&2
	@$(AS_USER) touch $@

$(RECOGNISER)/.installed: benchmarks/recogniser.txt
	@echo "kokuchi: installing the recogniser (about a minute and 600 MB, once)" >&2
	@$(AS_USER) $(PYTHON) -m venv $(RECOGNISER)
	@$(AS_USER) $(RECOGNISER)/bin/python -m pip install --quiet --requirement $< >&2
	@$(AS_USER) touch $@

# What `make bench HOBBY=1` compares with: Node-RED and its SQLite node, whose native module npm fetches or builds.
hobby: $(HOBBYIST)/node_modules/.installed

$(HOBBYIST)/node_modules/.installed: benchmarks/hobby/package.json
	@command -v npm >/dev/null || scripts/install-packages npm
	@echo "kokuchi: installing Node-RED for the bench (some minutes and 130 MB, once)" >&2
	@$(AS_USER) mkdir -p $(HOBBYIST) && $(AS_USER) cp $< $(HOBBYIST)
	@cd $(HOBBYIST) && $(AS_USER) npm install --no-package-lock --no-audit --no-fund --silent >&2
	@cd $(HOBBYIST) && $(AS_USER) node -e 'require("sqlite3"); require("node-red/package.json")'
	@$(AS_USER) touch $@

install-centre install-terminal:
	@ROOT=$(ROOT) scripts/$@

rollback-centre:
	@scripts/rollback centre $(if $(WITH_LEDGER),--with-ledger)

rollback-terminal:
	@scripts/rollback terminal

clean:
	rm -rf $(VENV) $(RECOGNISER) $(AXE)/node_modules var .mypy_cache .ruff_cache .pytest_cache .hypothesis
