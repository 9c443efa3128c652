using System.Text;

namespace Presage.Configuration;

/// <summary>Writes docs/configuration.md from the list of keys.</summary>
static class ConfigurationReference
{
    public static string Markdown()
    {
        var text = new StringBuilder(
            """
            # Configuration

            Presage needs no configuration. What can be set is set in `presage.yaml` of the folder it is started in (or
            the file given by `--config FILE` or `PRESAGE_CONFIG`), by environment variables, or by flags; flags win
            over the environment, the environment over the file. Unknown keys and bad values are errors that name the
            place, the key, the value and what would be right; `presage config check` tells them without starting.

            ```yaml
            # presage.yaml
            listen: 0.0.0.0:9440
            external_url: https://presage.example.org
            storage:
              retention: 30d
            ```

            Relative paths in the file are relative to the file. Changes take effect at the next start.

            | Key | Environment variable and flag | Default | Value | Meaning |
            | --- | --- | --- | --- | --- |

            """);
        foreach (var key in ConfigurationKeys.All)
        {
            string standard = key.Default.Length == 0 ? "–" : $"`{key.Default}`";
            text.Append($"| `{key.Key}` | `{key.Variable}` `{key.Flag}` | {standard} | {key.Form} | {key.Meaning} |\n");
        }

        text.Append(
            """

            Objects that are edited in the dashboard (accounts, tokens, rules, silences, channels) live in the state
            file of the data folder, not in the configuration.

            """);
        return text.ToString().ReplaceLineEndings("\n");
    }
}
