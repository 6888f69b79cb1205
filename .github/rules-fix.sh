#!/usr/bin/env bash
# rules-fix.sh <pull request> <folder>: mends versions, locks and layout of the rules in <folder>, a checkout of the pull
# request, pushes that to its branch as a commit, and answers what was done. The program is the one where this is run.
set -uo pipefail
readonly pr=$1 proposed=$2 repo=${GITHUB_REPOSITORY:?}

# answer <text>: as a comment; in the run's log, too.
answer() {
  printf '%s\n' "$1"
  gh api "repos/$repo/issues/$pr/comments" --raw-field "body=$1" >/dev/null || echo '::warning::The answer could not be posted.'
}

head=$(gh api "repos/$repo/pulls/$pr" --jq '(.head.repo.full_name // "") + " " + .head.ref') || exit 1
if [ "${head%% *}" != "$repo" ]; then
  answer 'This branch is in a fork, where a workflow of this repository may not write. Run `npm run tendril -- rules fix` there, and push.'
  exit 0
fi

# A link would be written through, to a file that is no rule.
if [ -n "$(find "$proposed/rules" -type l)" ]; then
  answer 'Nothing was mended: there are symbolic links under `rules/`.'
  exit 1
fi
if ! said=$(npm run -s tendril -- rules fix "$proposed/rules" 2>&1); then
  answer "Nothing was mended:"$'\n\n'"$(head -c 12000 <<<"$said" | sed 's/^/    /')"
  exit 1
fi

cd "$proposed" || exit 1
if git diff --quiet -- rules; then
  answer 'Versions, locks and layout are right: there was nothing to mend.'
  exit 0
fi
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
  commit --quiet --message 'chore(rules): versions, locks and layout' -- rules || exit 1
if ! git push --quiet origin "HEAD:refs/heads/${head#* }"; then
  answer 'Mended, but the branch did not take the commit: it may have moved on, or be protected. Answer `/fix` again.'
  exit 1
fi
answer 'Versions, locks and layout are mended by a commit. GitHub starts no checks for it: push once more, or close the pull request and open it again.'
