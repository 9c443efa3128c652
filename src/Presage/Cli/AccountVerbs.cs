using System.CommandLine;
using System.Text;
using Presage.Api;
using Presage.Configuration;
using Presage.State;

namespace Presage.Cli;

/// <summary>
/// What an administrator of the machine can do without signing in: a new set-up link, tokens, passwords. These write to
/// the state file directly, whether the server runs or not.
/// </summary>
static class AccountVerbs
{
    const string CommandLine = "command line";

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var link = new Command("setup-link", "Print a new one-time link that creates the first administrator");
        link.SetAction((parsed, _) => Failure.GuardAsync(() => PrintSetupLink(options(parsed))));
        root.Subcommands.Add(link);
        AddToken(root, options);

        var name = new Argument<string>("NAME") { Description = "The account" };
        var reset =
            new Command("reset-password", "Set a new password, read from the terminal or standard input") { name };
        reset.SetAction(
            (parsed, _) => Failure.GuardAsync(() => ResetPassword(options(parsed), parsed.GetRequiredValue(name))));
        root.Subcommands.Add(new Command("user", "Accounts") { reset });
    }

    static void AddToken(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var name = new Argument<string>("NAME") { Description = "What the token is for" };
        var kind = new Option<TokenKind>("--kind")
        {
            Description = "agent may only send samples; api may use the API within a role",
            DefaultValueFactory = static _ => TokenKind.Agent,
        };
        var role = new Option<Role?>("--role") { Description = "viewer, operator or administrator, for kind api" };
        var expires =
            new Option<string?>("--expires-in") { Description = "A duration such as 90d; never when left out" };
        var create =
            new Command("create", "Create a token and print it; it is not shown again") { name, kind, role, expires };
        create.SetAction((parsed, _) => Failure.GuardAsync(() => CreateToken(
            options(parsed),
            new TokenGrant(parsed.GetRequiredValue(name), parsed.GetValue(kind), parsed.GetValue(role), CommandLine),
            parsed.GetValue(expires))));
        root.Subcommands.Add(new Command("token", "API and agent tokens") { create });
    }

    static int PrintSetupLink(PresageOptions options)
    {
        using var state = Open(options);
        if (new Accounts(state, TimeProvider.System).AdministratorExists)
        {
            Console.Error.WriteLine("presage: an administrator exists already; `presage user reset-password NAME` " +
                "helps when the password is lost.");
            return 1;
        }

        var token = new SetupLink(state).Renew();
        Console.Out.WriteLine(new Uri(ServerAddress.Of(options), $"/setup?token={token.Text}"));
        return 0;
    }

    static int CreateToken(PresageOptions options, TokenGrant grant, string? expiresIn)
    {
        AccountRules.CheckLabel(grant.Name, "name");
        if (grant.Kind == TokenKind.Api != grant.Role.HasValue)
        {
            throw new ConfigurationException("--role is needed for --kind api, and only there.");
        }

        TimeSpan span = default;
        if (expiresIn is not null && !ConfigurationValue.TryDuration(expiresIn, out span))
        {
            throw new ConfigurationException($"--expires-in: \"{expiresIn}\" is not a duration such as 90d or 12h.");
        }

        using var state = Open(options);
        var (secret, token) = new Tokens(state, TimeProvider.System).Create(
            grant with { ExpiresAfter = expiresIn is null ? null : span });
        new AuditLog(state, TimeProvider.System).Add(CommandLine, "createToken", token.Name, $"token {token.Id}");
        Console.Out.WriteLine(secret);
        return 0;
    }

    static int ResetPassword(PresageOptions options, string name)
    {
        using var state = Open(options);
        var accounts = new Accounts(state, TimeProvider.System);
        if (accounts.Find(name) is null)
        {
            Console.Error.WriteLine($"presage: there is no account named {name}.");
            return 1;
        }

        string password = Console.IsInputRedirected ? Console.In.ReadLine()
            ?? "" : Prompt($"New password for {name}: ");
        AccountRules.CheckPassword(password, "password");
        accounts.Change(name, null, password);
        new AuditLog(state, TimeProvider.System).Add(CommandLine, "changeUser", name, "new password");
        Console.Out.WriteLine($"The password of {name} is changed; its sessions are ended.");
        return 0;
    }

    static StateDatabase Open(PresageOptions options) => File.Exists(StateDatabase.PathIn(options.Data))
        ? StateDatabase.Open(options.Data)
        : throw new StartException(
            $"There is no Presage data in {Path.GetFullPath(options.Data)}. Start the server once, or name its " +
                $"folder by --data.");

    static string Prompt(string text)
    {
        Console.Out.Write(text);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (key.KeyChar != 0)
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Out.WriteLine();
        return typed.ToString();
    }
}
