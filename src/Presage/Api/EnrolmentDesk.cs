namespace Presage.Api;

sealed class EnrolmentDesk
{
    public ServerList List() => throw new NotSupportedException();

    public Enrolment Enrol(EnrolmentRequest request, HttpContext context) => throw new NotSupportedException();

    public EnrolmentProgress Progress(long id) => throw new NotSupportedException();

    public string InstallScript(HttpContext context) => throw new NotSupportedException();

    public string AgentFile(string file) => throw new NotSupportedException();

}
