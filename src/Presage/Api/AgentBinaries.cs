using Presage.Configuration;

namespace Presage.Api;

/// <summary>
/// The agents this server can hand out: <c>PLATFORM/presage-agent</c> or <c>presage-agent-PLATFORM</c> of the agents'
/// folder, which is <c>agents</c> next to the executable or next to its folder (where run.sh builds them) unless
/// configured.
/// </summary>
sealed class AgentBinaries(PresageOptions options)
{
    const string Prefix = "presage-agent-";

    static readonly string[] Platforms = ["linux-x64", "linux-arm64"];

    public IReadOnlyList<AgentPlatform> Offer() => [.. Platforms.Select(platform =>
    {
        var file = Find(platform);
        return new AgentPlatform(platform, file is not null, file?.Length, file is null && IsBuilding());
    })];

    /// <summary>The path of a download.</summary>
    /// <exception cref="ProblemException">There is no agent of that name, or it has not been built.</exception>
    public string Path(string name)
    {
        string platform = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : "";
        if (!Platforms.Contains(platform))
        {
            throw ProblemException.NotFound(
                $"There is no download {AccountRules.Shown(name)}; there are " +
                $"{string.Join(" and ", Platforms.Select(static p => Prefix + p))}.");
        }

        return Find(platform)?.FullName ?? throw new ProblemException(
            StatusCodes.Status404NotFound,
            IsBuilding() ? $"The agent for {platform} is being built; try again in a minute."
                : $"The agent for {platform} has not been built on this server.",
            fix: $"Build it with `dotnet publish src/Presage.Agent -c Release -r {platform}` and put it into " +
                $"{Folders()[0]} as {name}.");
    }

    FileInfo? Find(string platform) => Folders()
        .SelectMany(folder => new[]
        {
            System.IO.Path.Combine(folder, platform, "presage-agent"),
            System.IO.Path.Combine(folder, Prefix + platform),
        })
        .Select(static path => new FileInfo(path))
        .FirstOrDefault(static file => file.Exists);

    /// <summary>run.sh leaves this mark beside the folder while it builds the agent.</summary>
    bool IsBuilding() => Folders().Any(static folder => File.Exists(
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(folder)!, "agent.starting")));

    string[] Folders()
    {
        string home = AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar);
        return options.AgentFolder is { } folder
            ? [System.IO.Path.GetFullPath(folder)]
            : [System.IO.Path.Combine(home, "agents"),
                System.IO.Path.Combine(System.IO.Path.GetDirectoryName(home) ?? home, "agents")];
    }
}
