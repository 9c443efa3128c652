using Presage.Configuration;
using Presage.State;

namespace Presage.Api;

/// <summary>
/// Lets servers join: makes their tokens and the commands to paste, hands out the installer and the agents.
/// </summary>
sealed class EnrolmentDesk(
    PresageOptions options, Tokens tokens, FleetView fleet, AgentBinaries agents, TimeProvider time)
{
    const double HoursStandard = 24;
    const int UsesMax = 100_000;
    const string ScriptResource = "Presage.install.sh";

    /// <summary>What the installer's template holds where the server's address belongs.</summary>
    const string AddressMark = "@SERVER@";

    static readonly Lazy<string> Script = new(static () =>
    {
        using var stream = typeof(EnrolmentDesk).Assembly.GetManifestResourceStream(ScriptResource)
            ?? throw new InvalidOperationException($"Resource {ScriptResource} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    public ServerList List() => new(fleet.Servers(tokens.NamesByHost()), new AgentDownloads(agents.Offer()));

    public Enrolment Enrol(EnrolmentRequest request, HttpContext context)
    {
        var caller = Caller.Of(context);
        string label = request.Label ?? $"Added by {caller.Name}";
        AccountRules.CheckLabel(label, "label");
        TokensApi.CheckHours(request.Hours, "hours");
        if (request.Uses is < 1 or > UsesMax)
        {
            throw ProblemException.BadField("uses", $"{request.Uses} is outside 1 to {UsesMax}.");
        }

        var within = TimeSpan.FromHours(request.Hours ?? HoursStandard);
        var (secret, token) = tokens.Create(new TokenGrant(label, TokenKind.Agent, null, caller.Name)
        {
            JoinWithin = within,
            HostsMax = request.Uses,
        });
        Audit.Describe(context, label, $"token {token.Id}");
        string address = Address(context);
        return new Enrolment(
            token.Id,
            secret,
            $"curl -fsSL {address}/install.sh | sudo sh -s -- --token {secret}",
            $"presage-agent --server {address} --token {secret}",
            $"remote_write:\n  - url: {address}/api/v1/write\n    authorization:\n      credentials: {secret}\n",
            token.JoinUntilMs ?? (time.GetUtcNow() + within).ToUnixTimeMilliseconds());
    }

    public EnrolmentProgress Progress(long id)
    {
        tokens.StoreUses();
        var token = tokens.Find(id) ?? throw ProblemException.NotFound($"There is no enrolment {id}.");
        return new EnrolmentProgress(
            [.. tokens.HostsOf(id).Select(static h => new EnrolledHost(h.Host, h.FirstSeenMs))],
            token.LastUsedFrom,
            token.LastUsedMs);
    }

    public string InstallScript(HttpContext context) =>
        Script.Value.Replace(AddressMark, Address(context), StringComparison.Ordinal);

    public string AgentFile(string file) => agents.Path(file);

    /// <summary>The address other machines use: as configured, else as this request came.</summary>
    string Address(HttpContext context)
    {
        if (options.ExternalUrl is { } external)
        {
            return external.AbsoluteUri.TrimEnd('/');
        }

        // The name goes into a shell script: nothing but a host name or address and a port may stand in it.
        string host = context.Request.Host.Value ?? "";
        return host.Length is > 0 and < 300
            && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']')
            ? $"{context.Request.Scheme}://{host}"
            : throw new ProblemException(StatusCodes.Status400BadRequest, "The Host header is not a host name.");
    }
}
