#!/usr/bin/env bash
# post-comment.sh <pull request> <file>: one comment a pull request, replaced by the newer one. A pull request from a fork may
# not be commented on by its own workflow; what would be said then stands in the run's summary.
set -uo pipefail
readonly pr=$1 file=$2 marker='<!-- tendril rules plan -->'
readonly comments="repos/${GITHUB_REPOSITORY:?}/issues/$pr/comments"

# Only a bot's comment is replaced: a person's may begin with the marker, too.
post() {
  local old
  old=$(gh api --paginate "$comments" --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id") || return
  if [ -n "$old" ]; then
    gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/${old%%$'\n'*}" --field "body=@$file" >/dev/null
  else
    gh api "$comments" --field "body=@$file" >/dev/null
  fi
}

post || echo '::warning::The comment could not be posted; the run’s summary says the same.'
