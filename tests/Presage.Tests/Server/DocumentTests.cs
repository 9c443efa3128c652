using Presage.Api;
using Presage.Configuration;
using Presage.Tests.Tidy;
using Xunit;

namespace Presage.Tests.Server;

public sealed class DocumentTests
{
    [Fact]
    public async Task The_checked_in_API_document_is_the_one_this_build_writes()
    {
        string written = await ApiDocument.WriteAsync(PresageServer.BuildApi().Services, CancellationToken.None);
        string stored = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "web", "openapi.json"));

        Assert.True(written == stored, "Run: presage openapi > web/openapi.json");
    }

    [Fact]
    public async Task The_configuration_reference_is_the_one_this_build_writes()
    {
        string stored = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "configuration.md"));

        Assert.True(
            ConfigurationReference.Markdown() == stored, "Run: presage config reference > docs/configuration.md");
    }
}
